// epoll, eventfd, clocks and signals.

#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int cp_epoll_new(void) {
    int made = epoll_create1(EPOLL_CLOEXEC);
    return made < 0 ? -errno : made;
}

int cp_epoll_add(int epoll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

int cp_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL) < 0 ? -errno : 0; }

int cp_epoll_wait(int epoll, cp_event *events, int capacity, int64_t nanoseconds) {
    enum { most = 256 };
    struct epoll_event ready[most];
    if (capacity > most) capacity = most;
    struct timespec wait = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int count = epoll_pwait2(epoll, ready, capacity, nanoseconds < 0 ? NULL : &wait, NULL);
    if (count < 0 && errno == ENOSYS) {
        // Kernels before 5.11 wait in milliseconds; rounding up keeps "not before".
        int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
        count = epoll_wait(epoll, ready, capacity, milliseconds > 3600000 ? 3600000 : (int)milliseconds);
    }
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int n = 0; n < count; n++) {
        uint32_t bits = ready[n].events;
        events[n].token = ready[n].data.u64;
        events[n].readiness = (bits & EPOLLIN ? cp_readable : 0) | (bits & EPOLLOUT ? cp_writable : 0) |
                              (bits & EPOLLRDHUP ? cp_peer_closed : 0) | (bits & (EPOLLHUP | EPOLLERR) ? cp_hung_up : 0);
    }
    return count;
}

int cp_eventfd_new(void) {
    int made = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return made < 0 ? -errno : made;
}

void cp_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    // The only failure of a valid eventfd is a full counter, and then it is readable already.
    ssize_t written = write(descriptor, &one, sizeof one);
    (void)written;
}

void cp_eventfd_drain(int descriptor) {
    uint64_t count;
    ssize_t got = read(descriptor, &count, sizeof count);
    (void)got;
}

int64_t cp_wall_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

uint64_t cp_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static atomic_ullong caught_signals;
static atomic_int signal_descriptor = -1;
static pthread_mutex_t signal_lock = PTHREAD_MUTEX_INITIALIZER;

static void remember_signal(int signal) {
    int saved = errno;
    atomic_fetch_or(&caught_signals, 1ull << signal);
    cp_eventfd_signal(atomic_load(&signal_descriptor));
    errno = saved;
}

int cp_signal_catch(int signal) {
    if (signal < 1 || signal > 63) return -EINVAL;
    pthread_mutex_lock(&signal_lock);
    int descriptor = atomic_load(&signal_descriptor);
    if (descriptor < 0) {
        descriptor = cp_eventfd_new();
        if (descriptor >= 0) atomic_store(&signal_descriptor, descriptor);
    }
    pthread_mutex_unlock(&signal_lock);
    if (descriptor < 0) return descriptor;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember_signal;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    return sigaction(signal, &action, NULL) < 0 ? -errno : descriptor;
}

uint64_t cp_signal_take(void) {
    int descriptor = atomic_load(&signal_descriptor);
    if (descriptor >= 0) cp_eventfd_drain(descriptor);
    return atomic_exchange(&caught_signals, 0);
}

int cp_signal_release(int signal) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    return sigaction(signal, &action, NULL) < 0 ? -errno : 0;
}

void cp_ignore_write_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    // A limit on the length of files shows as a failed write, which is refused like a full disk, not as the end of the process.
    sigaction(SIGXFSZ, &action, NULL);
}
