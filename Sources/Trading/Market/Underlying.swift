// What contracts are written on. A chain is asked for by the name that contracts carry (`NIFTY`); the price is that of an instrument
// (`NSE:NIFTY 50`), and for indices the two names differ.

package enum Underlying {
    /// The indices whose contracts go by another name than the index.
    private static let indices = [
        "NIFTY": "NSE:NIFTY 50", "BANKNIFTY": "NSE:NIFTY BANK", "FINNIFTY": "NSE:NIFTY FIN SERVICE",
        "MIDCPNIFTY": "NSE:NIFTY MID SELECT", "NIFTYNXT50": "NSE:NIFTY NEXT 50", "SENSEX": "BSE:SENSEX", "BANKEX": "BSE:BANKEX",
    ]

    /// The instrument whose price a contract on `name` follows: the index, or the share of that name on the exchange that the
    /// contract's exchange belongs to. Nothing when the name cannot be a symbol.
    package static func spot(of name: String, contractsOn exchange: String) -> InstrumentID? {
        if let index = indices[name] { return InstrumentID(key: index) }
        return InstrumentID(exchange: exchange == "BFO" ? "BSE" : "NSE", symbol: name)
    }
}
