// Amounts in sentences for people. Numbers for machines are `Money.text` and the writers of other rooms.

extension Money {
    /// `₹1,00,000.00`: rounded half up to paise, grouped the Indian way.
    package var inRupees: String {
        let paise = roundedToPaise.units / 1_000_000
        let rupees = String(paise.magnitude / 100)
        let digits = Array(rupees.utf8)
        var grouped: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            let following = digits.count - index
            if index > 0, following == 3 || (following > 3 && following % 2 == 1) { grouped.append(UInt8(ascii: ",")) }
            grouped.append(digit)
        }
        let fraction = Int(paise.magnitude % 100)
        return (paise < 0 ? "-₹" : "₹") + String(decoding: grouped, as: UTF8.self) + "." + CivilDate.padded(fraction, 2)
    }
}
