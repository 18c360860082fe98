// Sizes, prices and margins of the pack that ships.

extension RulePack {
    static let builtInContracts = """

        # Ticks. A share's follows the close of the month before: 0.01<250 is one paisa below ₹250.
        2010-10-18  tick    NSE/equity  0.01<250 0.05<1000 0.10<5000 0.50<10000 1<20000 5   # [D]
        2010-10-18  tick    BSE/equity  0.01<250 0.05<1000 0.10<5000 0.50<10000 1<20000 5   # [?] as NSE's
        2010-10-18  tick    NFO/options 0.05                        # [D]
        2010-10-18  tick    BFO/options 0.05                        # [?]
        2010-10-18  tick    NFO/futures/*/NIFTY      0.10           # [D]
        2010-10-18  tick    NFO/futures/*/BANKNIFTY  0.20           # [D]

        # Lots; the date is the first expiry that has it.
        2025-01-01  lot     NFO/*/*/NIFTY       75                  # [D] until the expiries of December 2025
        2026-01-01  lot     NFO/*/*/NIFTY       65                  # [D]
        2026-01-01  lot     NFO/*/*/BANKNIFTY   30                  # [D]
        2026-01-01  lot     NFO/*/*/FINNIFTY    60                  # [D]
        2026-01-01  lot     NFO/*/*/MIDCPNIFTY  120                 # [D]
        2026-01-01  lot     NFO/*/*/NIFTYNXT50  25                  # [D]
        2026-01-01  lot     NFO/*/*/RELIANCE    500                 # [D]
        2026-01-01  lot     NFO/*/*/INFY        400                 # [D]
        2026-01-01  lot     NFO/*/*/TCS         175                 # [D]
        2026-01-01  lot     NFO/*/*/HDFCBANK    550                 # [D]
        2026-01-01  lot     NFO/*/*/SBIN        750                 # [D]
        2026-05-01  lot     NFO/*/*/HDFCBANK    650                 # [D] the month [?]: May or July 2026
        2026-05-01  lot     NFO/*/*/HCLTECH     400                 # [D] the month [?]: May or July 2026
        2026-05-01  lot     NFO/*/*/TATASTEEL   2750                # [D] the month [?]: May or July 2026

        # The largest single order.
        2026-08-03  freeze  NFO/*/*/NIFTY       1800                # [D] earlier numbers [?]
        2026-08-03  freeze  NFO/*/*/BANKNIFTY   600                 # [D]
        2026-08-03  freeze  NFO/*/*/FINNIFTY    1800                # [D]
        2026-08-03  freeze  NFO/*/*/MIDCPNIFTY  2800                # [D]
        2026-08-03  freeze  NFO/*/*/NIFTYNXT50  600                 # [D]

        # No price bands: add them with lines such as   2026-01-01  band  NSE/equity/*/INFY  10%

        # Margins, of a position's value. Buyers of options pay the whole premium.
        2010-10-18  margin  NSE/equity          100%                # [F]
        2010-10-18  margin  NSE/equity/MIS      20%                 # [F] the least a broker may ask; many shares need more
        2010-10-18  margin  BSE/equity          100%                # [F]
        2010-10-18  margin  BSE/equity/MIS      20%                 # [F]
        2010-10-18  margin  NFO/options         100%                # [F] of the premium
        2010-10-18  margin  BFO/options         100%                # [F]
        2010-10-18  margin  CDS/options         100%                # [F]
        2010-10-18  margin  BCD/options         100%                # [F]
        2010-10-18  margin  MCX/options         100%                # [F]
        # For futures and sold options an assumption: the clearing houses' daily scans are not known here. Intraday needs as much as carried [F].
        2010-10-18  margin  NFO/futures         20%                 # [?] single shares
        2010-10-18  margin  BFO/futures         20%                 # [?]
        2010-10-18  margin  NFO/futures/*/NIFTY       12%           # [?]
        2010-10-18  margin  NFO/futures/*/BANKNIFTY   13%           # [?]
        2010-10-18  margin  NFO/futures/*/FINNIFTY    13%           # [?]
        2010-10-18  margin  NFO/futures/*/MIDCPNIFTY  14%           # [?]
        2010-10-18  margin  NFO/futures/*/NIFTYNXT50  14%           # [?]
        2010-10-18  margin  BFO/futures/*/SENSEX      12%           # [?]
        2010-10-18  margin  BFO/futures/*/BANKEX      13%           # [?]
        2010-10-18  margin  CDS/futures         4%                  # [?]
        2010-10-18  margin  BCD/futures         4%                  # [?]
        2010-10-18  margin  MCX/futures         15%                 # [?]
        2010-10-18  margin  CRYPTO              100%                # [?] assumed: no lending
        # An index option that was 6 % out of the money needed 6.88 % and 3 % in a published answer of July 2023; the rest is assumed.
        2010-10-18  short-option  NFO/options   scan 20% floor 12% exposure 5%              # [?] single shares
        2010-10-18  short-option  BFO/options   scan 20% floor 12% exposure 5%              # [?]
        2010-10-18  short-option  NFO/options/*/NIFTY       scan 10% floor 6.88% exposure 3%  # [C] floor and exposure
        2010-10-18  short-option  NFO/options/*/BANKNIFTY   scan 11% floor 6.88% exposure 3%  # [?]
        2010-10-18  short-option  NFO/options/*/FINNIFTY    scan 11% floor 6.88% exposure 3%  # [?]
        2010-10-18  short-option  NFO/options/*/MIDCPNIFTY  scan 12% floor 6.88% exposure 3%  # [?]
        2010-10-18  short-option  NFO/options/*/NIFTYNXT50  scan 12% floor 6.88% exposure 3%  # [?]
        2010-10-18  short-option  BFO/options/*/SENSEX      scan 10% floor 6.88% exposure 3%  # [?]
        2010-10-18  short-option  BFO/options/*/BANKEX      scan 11% floor 6.88% exposure 3%  # [?]
        2010-10-18  short-option  CDS/options   scan 4% floor 2% exposure 1%                # [?]
        2010-10-18  short-option  BCD/options   scan 4% floor 2% exposure 1%                # [?]
        2010-10-18  short-option  MCX/options   scan 15% floor 10% exposure 3%              # [?]
        """
}
