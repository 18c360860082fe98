// TCP sockets without sockaddr in Swift.

#ifndef CSOCKET_H
#define CSOCKET_H

#include <stddef.h>
#include <stdint.h>

/// An address of TCP: family 4 or 6, the address in network order (IPv4 in the first four bytes), the port in host order.
typedef struct {
    uint8_t bytes[16];
    uint32_t scope;
    uint16_t port;
    uint8_t family;
} cp_address;

/// Reads a numeric address. Returns 1, or 0 when it is none.
int cp_address_parse(const char *text, int family, cp_address *address);
/// Writes the numeric form without port; an IPv4 address mapped into IPv6 is written as IPv4. Returns its length.
size_t cp_address_text(const cp_address *address, char *text, size_t capacity);

/// A listening, non-blocking socket with SO_REUSEADDR and TCP_NODELAY (inherited by what it accepts), or -errno.
int cp_listen(const cp_address *address, int backlog, int both_families);
/// The address a socket is bound to. Returns 0 or -errno.
int cp_bound_address(int descriptor, cp_address *address);
/// A connected, non-blocking socket and its peer, or -errno (-EAGAIN: none waits).
int cp_accept(int listener, cp_address *peer);

/// Bytes moved or -errno; 0 from receive is the peer's end.
ptrdiff_t cp_receive(int descriptor, void *bytes, size_t count);
ptrdiff_t cp_send(int descriptor, const void *bytes, size_t count, int more);
ptrdiff_t cp_write(int descriptor, const void *bytes, size_t count);
int cp_shutdown_send(int descriptor);
int cp_close(int descriptor);

/// Raises the soft limit of open descriptors to the hard one. Returns 0 or -errno, both limits as they are afterwards.
int cp_raise_descriptor_limit(uint64_t *soft, uint64_t *hard);

#endif
