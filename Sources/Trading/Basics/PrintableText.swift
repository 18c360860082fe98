// Text that people will read on a screen, in a file or in a terminal, and that must not act there.

extension String {
    /// Whether every character shows: no control characters, no line or paragraph breaks, no marks that turn the direction of what
    /// follows (Unicode TR9) or take no room, with which one name can pass for another. The joiners of Indic scripts are letters' parts
    /// and stay.
    package var isPrintable: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x2029: false
            case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: false
            case 0x00AD, 0x200B, 0x2060...0x2065, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: false
            default: true
            }
        }
    }
}
