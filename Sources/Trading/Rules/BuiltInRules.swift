// The rule pack that ships: the same text an owner's file has. Where each number comes from and how sure it is: etc/docs/rule-packs.md.

extension RulePack {
    /// The built-in pack.
    package static let builtIn: RulePack = {
        do {
            return try RulePack(text: builtInText)
        } catch {
            preconditionFailure("The built-in rule pack can be read. \(error)")
        }
    }()

    /// Its text.
    package static let builtInText = builtInCharges + "\n" + builtInSessions + "\n" + builtInContracts + "\n"

    private static let builtInCharges = """
        # Charges. Marks: [D] an exchange's or the state's own document; [F] the broker's own staff or page; [3] recorded by third parties;
        # [C] agrees with a published contract note; [?] not known: the oldest known number is carried back, or an assumption as said.
        # On a day before a rule's first line that first line counts.

        # What holds everywhere.
        2023-07-01  gst             *                   18%             # [C]
        2023-07-01  sebi            *                   0.0001%         # [C] ₹10 a crore
        2023-07-01  square-off-fee  *                   50              # [F] before GST

        # Brokerage an executed order.
        2023-07-01  brokerage       NSE/equity/CNC      free            # [C]
        2023-07-01  brokerage       NSE/equity          0.03% max 20    # [3]
        2023-07-01  brokerage       BSE/equity/CNC      free            # [3]
        2023-07-01  brokerage       BSE/equity          0.03% max 20    # [3]
        2023-07-01  brokerage       NFO/futures         0.03% max 20    # [3]
        2023-07-01  brokerage       NFO/options         20              # [C]
        2023-07-01  brokerage       BFO/futures         0.03% max 20    # [3]
        2023-07-01  brokerage       BFO/options         20              # [3]
        2023-07-01  brokerage       CDS/futures         0.03% max 20    # [3]
        2023-07-01  brokerage       CDS/options         20              # [3]
        2023-07-01  brokerage       BCD/futures         0.03% max 20    # [3]
        2023-07-01  brokerage       BCD/options         20              # [3]
        2023-07-01  brokerage       MCX/futures         0.03% max 20    # [C]
        2023-07-01  brokerage       MCX/options         20              # [3]

        # STT and CTT; on options, of the premium.
        2023-07-01  tax             NSE/equity/CNC      stt both 0.1%   # [C]
        2023-07-01  tax             NSE/equity          stt sell 0.025% # [D]
        2023-07-01  tax             BSE/equity/CNC      stt both 0.1%   # [D]
        2023-07-01  tax             BSE/equity          stt sell 0.025% # [D]
        2023-07-01  tax             NFO/futures         stt sell 0.0125% # [3]
        2023-07-01  tax             BFO/futures         stt sell 0.0125% # [3]
        2023-07-01  tax             NFO/options         stt sell 0.0625% # [C]
        2023-07-01  tax             BFO/options         stt sell 0.0625% # [3]
        2024-10-01  tax             NFO/futures         stt sell 0.02%  # [D]
        2024-10-01  tax             BFO/futures         stt sell 0.02%  # [D]
        2024-10-01  tax             NFO/options         stt sell 0.1%   # [D]
        2024-10-01  tax             BFO/options         stt sell 0.1%   # [D]
        2026-04-01  tax             NFO/futures         stt sell 0.05%  # [D]
        2026-04-01  tax             BFO/futures         stt sell 0.05%  # [D]
        2026-04-01  tax             NFO/options         stt sell 0.15%  # [D]
        2026-04-01  tax             BFO/options         stt sell 0.15%  # [D]
        2023-07-01  tax             CDS                 none            # [3]
        2023-07-01  tax             BCD                 none            # [3]
        2023-07-01  tax             MCX/futures         ctt sell 0.01%  # [C] not for farm products
        2023-07-01  tax             MCX/options         ctt sell 0.05%  # [3]
        2023-07-01  exercise-tax    NFO/options         0.125%          # [?]
        2023-07-01  exercise-tax    BFO/options         0.125%          # [?]
        2026-04-01  exercise-tax    NFO/options         0.15%           # [D] of what the option is in the money
        2026-04-01  exercise-tax    BFO/options         0.15%           # [D]

        # The exchanges' transaction charge, and apart from it the investor protection fund, which GST spares.
        # Since 2026-03-01 NSE's fund is ₹0.01 a crore and stands inside the exchange's line.
        2023-07-01  exchange        NSE/equity          0.00325%        # [C]
        2023-07-01  ipft            NSE/equity          0.0001%         # [C]
        2023-07-01  exchange        NFO/futures         0.00188%        # [3] another source has 0.00183 %
        2023-07-01  ipft            NFO/futures         0.0001%         # [3]
        2023-07-01  exchange        NFO/options         0.05%           # [C] of the premium
        2023-07-01  ipft            NFO/options         0.0005%         # [C]
        2024-10-01  exchange        NSE/equity          0.00297%        # [D]
        2024-10-01  exchange        NFO/futures         0.00173%        # [D]
        2024-10-01  exchange        NFO/options         0.03503%        # [D]
        2026-03-01  exchange        NSE/equity          0.00307%        # [D]
        2026-03-01  ipft            NSE/equity          0%              # [D]
        2026-03-01  exchange        NFO/futures         0.00183%        # [D]
        2026-03-01  ipft            NFO/futures         0%              # [D]
        2026-03-01  exchange        NFO/options         0.03553%        # [D]
        2026-03-01  ipft            NFO/options         0%              # [D]
        2023-07-01  exchange        BSE/equity          0.00375%        # [3] before 2026 [?]; groups X, XT, Z and others pay more
        2023-07-01  exchange        BFO/futures         0%              # [3] before 2024-10-01 [?]
        2023-07-01  exchange        BFO/options         0.0325%         # [3] SENSEX and BANKEX, before 2024-10-01 [?]; shares' options pay less
        2023-07-01  exchange        CDS/futures         0.0009%         # [3] the day [?]
        2023-07-01  exchange        CDS/options         0.035%          # [3] the day [?]
        2024-10-01  exchange        CDS/futures         0.00035%        # [3]
        2024-10-01  exchange        CDS/options         0.0311%         # [3]
        2023-07-01  exchange        BCD/futures         0.00045%        # [3] before 2026 [?]
        2023-07-01  exchange        BCD/options         0.001%          # [3] before 2026 [?]
        2023-07-01  exchange        MCX/futures         0.0026%         # [C]
        2023-07-01  exchange        MCX/options         0.0418%         # [?]
        2024-10-01  exchange        MCX/futures         0.0021%         # [3]
        2024-10-01  exchange        MCX/options         0.0418%         # [3]

        # Stamp duty of the buyer, rounded to the whole rupee an order.
        2023-07-01  stamp           NSE/equity/CNC      0.015% whole-rupee   # [C]
        2023-07-01  stamp           NSE/equity          0.003% whole-rupee   # [3]
        2023-07-01  stamp           BSE/equity/CNC      0.015% whole-rupee   # [3]
        2023-07-01  stamp           BSE/equity          0.003% whole-rupee   # [3]
        2023-07-01  stamp           NFO/futures         0.002% whole-rupee   # [3]
        2023-07-01  stamp           BFO/futures         0.002% whole-rupee   # [3]
        2023-07-01  stamp           NFO/options         0.003% whole-rupee   # [C]
        2023-07-01  stamp           BFO/options         0.003% whole-rupee   # [3]
        2023-07-01  stamp           CDS                 0.0001% whole-rupee  # [3]
        2023-07-01  stamp           BCD                 0.0001% whole-rupee  # [3]
        2023-07-01  stamp           MCX/futures         0.002% whole-rupee   # [3]
        2023-07-01  stamp           MCX/options         0.003% whole-rupee   # [3]

        # A share sold out of holdings, once a day; GST is in it.
        2023-07-01  depository      NSE/equity/CNC      15.34           # [3]
        2023-07-01  depository      BSE/equity/CNC      15.34           # [3]

        # Coins: an assumption, the common fee of a spot venue; no Indian tax, no GST.
        2023-07-01  brokerage       CRYPTO              free            # [?] assumed
        2023-07-01  exchange        CRYPTO              0.1% maker 0.1% # [?] assumed
        2023-07-01  sebi            CRYPTO              0%              # [?] assumed
        2023-07-01  gst             CRYPTO              0%              # [?] assumed
        2023-07-01  square-off-fee  CRYPTO              0               # [?] assumed
        """
}
