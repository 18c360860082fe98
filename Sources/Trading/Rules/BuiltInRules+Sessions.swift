// Days and hours of the pack that ships.

extension RulePack {
    /// The lines about days and hours alone.
    package static let builtInSessions = """

        # Days and hours, India time. A phase with ~60 ends at random within its last 60 seconds.
        # Weekday rule, then holidays, then special days: each beats the one before.
        2010-10-18  week      *       Mon Tue Wed Thu Fri
        2010-10-18  week      CRYPTO  Sun Mon Tue Wed Thu Fri Sat
        2010-10-18  calendar  BSE     as NSE                # [3]
        2010-10-18  calendar  NFO     as NSE                # [D]
        2010-10-18  calendar  BFO     as NSE                # [3]
        2010-10-18  calendar  CDS     as NSE                # [?] currency has some holidays of its own
        2010-10-18  calendar  BCD     as NSE                # [?]

        # NSE equity.
        2010-10-18  opening   NSE/equity  preopen-entry 09:00-09:08~60 preopen-match 09:08-09:12 buffer 09:12-09:15     # [D]
        2010-10-18  trading   NSE/equity  continuous 09:15-15:30 post-close 15:40-16:00                                 # [D]
        2026-09-07  opening   NSE/equity  preopen-entry 09:00-09:05 preopen-limit-entry 09:05-09:10~120 preopen-match 09:10-09:12 buffer 09:12-09:15  # [D]

        # The closing auction of shares that have derivatives.
        2026-08-03  closing-auction  NSE/equity  with-derivatives                                                       # [D]
        2026-08-03  trading   NSE/equity+closing-auction  continuous 09:15-15:15 closing-reference 15:15-15:20 closing-entry 15:20-15:25 closing-limit-entry 15:25-15:30~120 closing-match 15:30-15:35 post-close 15:50-16:00  # [D]

        # NSE equity derivatives; futures of the current month have a pre-open.
        2010-10-18  trading   NFO  continuous 09:15-15:30                                                               # [D]
        2026-08-03  trading   NFO  continuous 09:15-15:40                                                               # [D]
        2010-10-18  opening   NFO  none
        2025-12-08  opening   NFO/futures+near-month  preopen-entry 09:00-09:08~60 preopen-match 09:08-09:12 buffer 09:12-09:15  # [D] the hours [?]: those of equity

        # BSE: equity hours as NSE's before the changes of 2026, which are known for NSE only.
        2010-10-18  opening   BSE/equity  preopen-entry 09:00-09:08~60 preopen-match 09:08-09:12 buffer 09:12-09:15     # [?]
        2010-10-18  trading   BSE/equity  continuous 09:15-15:30 post-close 15:40-16:00                                 # [?]
        2010-10-18  trading   BFO  continuous 09:15-15:30                                                               # [?]

        # Currency and commodities.
        2010-10-18  trading   CDS  continuous 09:00-17:00                                                               # [F]
        2010-10-18  trading   BCD  continuous 09:00-17:00                                                               # [?]
        2010-10-18  trading   MCX  continuous 09:00-23:30                                                               # [3] all but farm products
        # While clocks in the USA show winter time, from the first Monday after the change on.
        2023-11-06  trading   MCX  continuous 09:00-23:55                                                               # [3]
        2024-03-11  trading   MCX  continuous 09:00-23:30                                                               # [3]
        2024-11-04  trading   MCX  continuous 09:00-23:55                                                               # [3]
        2025-03-10  trading   MCX  continuous 09:00-23:30                                                               # [3]
        2025-11-03  trading   MCX  continuous 09:00-23:55                                                               # [?] by the same rule
        2026-03-09  trading   MCX  continuous 09:00-23:30                                                               # [?] by the same rule
        2026-11-02  trading   MCX  continuous 09:00-23:55                                                               # [?] by the same rule
        2027-03-15  trading   MCX  continuous 09:00-23:30                                                               # [?] by the same rule

        # Coins.
        2010-10-18  trading   CRYPTO  continuous 00:00-24:00

        # Intraday squaring off.
        2010-10-18  square-off  NSE/equity/MIS  15:20                                                                   # [F]
        2010-10-18  square-off  BSE/equity/MIS  15:20                                                                   # [F]
        2010-10-18  square-off  NFO/*/MIS       15:25                                                                   # [F]
        2010-10-18  square-off  BFO/*/MIS       15:25                                                                   # [F]
        2010-10-18  square-off  CDS/*/MIS       16:45                                                                   # [F]
        2010-10-18  square-off  BCD/*/MIS       16:45                                                                   # [F]
        2010-10-18  square-off  MCX/*/MIS       close-10m                                                               # [F] another page says 25
        2026-08-03  square-off  NSE/equity/MIS+closing-auction  15:10                                                   # [?] before continuous trading ends

        # NSE's holidays, those on weekends for their names.
        2025-01-26  holiday  NSE  Republic Day
        2025-02-26  holiday  NSE  Mahashivratri
        2025-03-14  holiday  NSE  Holi
        2025-03-31  holiday  NSE  Id-Ul-Fitr
        2025-04-06  holiday  NSE  Shri Ram Navami
        2025-04-10  holiday  NSE  Shri Mahavir Jayanti
        2025-04-14  holiday  NSE  Dr. Baba Saheb Ambedkar Jayanti
        2025-04-18  holiday  NSE  Good Friday
        2025-05-01  holiday  NSE  Maharashtra Day
        2025-06-07  holiday  NSE  Bakri Id
        2025-07-06  holiday  NSE  Muharram
        2025-08-15  holiday  NSE  Independence Day
        2025-08-27  holiday  NSE  Shri Ganesh Chaturthi
        2025-10-02  holiday  NSE  Mahatma Gandhi Jayanti and Dussehra
        2025-10-21  holiday  NSE  Diwali Laxmi Pujan
        2025-10-22  holiday  NSE  Diwali Balipratipada
        2025-11-05  holiday  NSE  Prakash Gurpurb Sri Guru Nanak Dev
        2025-12-25  holiday  NSE  Christmas
        2026-01-15  holiday  NSE  Municipal Corporation Election, Maharashtra
        2026-01-26  holiday  NSE  Republic Day
        2026-02-15  holiday  NSE  Mahashivratri
        2026-03-03  holiday  NSE  Holi
        2026-03-21  holiday  NSE  Id-Ul-Fitr
        2026-03-26  holiday  NSE  Shri Ram Navami
        2026-03-31  holiday  NSE  Shri Mahavir Jayanti
        2026-04-03  holiday  NSE  Good Friday
        2026-04-14  holiday  NSE  Dr. Baba Saheb Ambedkar Jayanti
        2026-05-01  holiday  NSE  Maharashtra Day
        2026-05-28  holiday  NSE  Bakri Id
        2026-06-26  holiday  NSE  Muharram
        2026-08-15  holiday  NSE  Independence Day
        2026-09-14  holiday  NSE  Ganesh Chaturthi
        2026-10-02  holiday  NSE  Mahatma Gandhi Jayanti
        2026-10-20  holiday  NSE  Dussehra
        2026-11-08  holiday  NSE  Diwali Laxmi Pujan
        2026-11-10  holiday  NSE  Diwali Balipratipada
        2026-11-24  holiday  NSE  Prakash Gurpurb Sri Guru Nanak Dev
        2026-12-25  holiday  NSE  Christmas

        # Special days: Muhurat hours and the Budget's weekends. The hours of Sunday 2026-11-08 are not known: it counts as closed.
        2021-11-04  special   NSE  continuous 18:15-19:15   # Muhurat
        2022-10-24  special   NSE  continuous 18:15-19:15   # Muhurat
        2025-02-01  special   NSE  regular                  # Union Budget, a Saturday
        2025-10-21  special   NSE  continuous 13:45-14:45   # Muhurat
        2026-02-01  special   NSE  regular                  # Union Budget, a Sunday

        # Commodities trade on the evenings of many of those days; only the days on which both halves are closed are told. [?]
        2025-01-26  holiday   MCX  Republic Day
        2025-04-18  holiday   MCX  Good Friday
        2025-08-15  holiday   MCX  Independence Day
        2025-10-02  holiday   MCX  Mahatma Gandhi Jayanti
        2025-12-25  holiday   MCX  Christmas
        2026-01-26  holiday   MCX  Republic Day
        2026-04-03  holiday   MCX  Good Friday
        2026-08-15  holiday   MCX  Independence Day
        2026-10-02  holiday   MCX  Mahatma Gandhi Jayanti
        2026-12-25  holiday   MCX  Christmas
        """
}
