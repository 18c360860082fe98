// What the event loop waits on: epoll, eventfd, clocks and signals.

#ifndef CLOOP_H
#define CLOOP_H

#include <stddef.h>
#include <stdint.h>

enum cp_readiness {
    cp_readable = 1,
    cp_writable = 2,
    cp_peer_closed = 4,
    cp_hung_up = 8,
};

typedef struct {
    uint64_t token;
    uint32_t readiness;
} cp_event;

int cp_epoll_new(void);
/// Watches a descriptor for reading and writing, edge-triggered, for as long as it is open. Returns 0 or -errno.
int cp_epoll_add(int epoll, int descriptor, uint64_t token);
int cp_epoll_remove(int epoll, int descriptor);
/// Waits at most `nanoseconds` (negative: without end). Returns the number of events or -errno; an interruption is 0.
int cp_epoll_wait(int epoll, cp_event *events, int capacity, int64_t nanoseconds);

int cp_eventfd_new(void);
void cp_eventfd_signal(int descriptor);
void cp_eventfd_drain(int descriptor);

int64_t cp_wall_microseconds(void);
uint64_t cp_monotonic_nanoseconds(void);

/// Catches `signal` from now on: it is remembered and announced on the eventfd that is returned, one for the process.
/// A handler rather than a signalfd, because a blocked mask would be inherited by children and must hold in every thread.
int cp_signal_catch(int signal);
/// Bits (1 << signal) of what came since the last call.
uint64_t cp_signal_take(void);
/// Gives `signal` its default action again.
int cp_signal_release(int signal);
/// Makes a write to a closed socket an error instead of a signal that ends the process.
void cp_ignore_write_signals(void);

#endif
