"""The checksum at the end of every line of the data files: CRC-32C over what stands before `,"crc":`."""

TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ (0x82F63B78 if _byte & 1 else 0)
    TABLE.append(_byte)

MARK = ',"crc":"'


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def seal(line):
    """A line with the checksum that its content has now."""
    content = line[: line.rindex(MARK)]
    return f'{content}{MARK}{crc32c(content.encode()):08x}"}}\n'


def is_sealed(line):
    """Whether the checksum fits; the line without its line feed."""
    return MARK in line and seal(line) == line + "\n"
