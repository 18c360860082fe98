// TCP sockets, descriptor limits, thread priority and error texts.

#include "CPlatform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int cp_address_parse(const char *text, int family, cp_address *address) {
    memset(address, 0, sizeof *address);
    address->family = (uint8_t)family;
    return inet_pton(family == 4 ? AF_INET : AF_INET6, text, address->bytes) == 1;
}

size_t cp_address_text(const cp_address *address, char *text, size_t capacity) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    const uint8_t *bytes = address->bytes;
    int family = address->family == 4 ? AF_INET : AF_INET6;
    if (family == AF_INET6 && memcmp(bytes, mapped, 12) == 0) {
        family = AF_INET;
        bytes += 12;
    }
    if (!inet_ntop(family, bytes, text, (socklen_t)capacity)) text[0] = 0;
    return strlen(text);
}

static socklen_t to_system(const cp_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (address->family == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)storage;
        in->sin_family = AF_INET;
        in->sin_port = htons(address->port);
        memcpy(&in->sin_addr, address->bytes, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)storage;
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(address->port);
    in->sin6_scope_id = address->scope;
    memcpy(&in->sin6_addr, address->bytes, 16);
    return sizeof *in;
}

static void from_system(const struct sockaddr_storage *storage, cp_address *address) {
    memset(address, 0, sizeof *address);
    if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)storage;
        address->family = 4;
        address->port = ntohs(in->sin_port);
        memcpy(address->bytes, &in->sin_addr, 4);
        return;
    }
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)storage;
    address->family = 6;
    address->port = ntohs(in->sin6_port);
    address->scope = in->sin6_scope_id;
    memcpy(address->bytes, &in->sin6_addr, 16);
}

int cp_listen(const cp_address *address, int backlog, int both_families) {
    int family = address->family == 4 ? AF_INET : AF_INET6;
    int made = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return -errno;
    int on = 1, only_six = !both_families;
    struct sockaddr_storage storage;
    socklen_t length = to_system(address, &storage);
    // Not SO_REUSEPORT: a second server on this address has to fail, not to take a share of the connections.
    if (setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        (family == AF_INET6 && setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &only_six, sizeof only_six) < 0) ||
        bind(made, (struct sockaddr *)&storage, length) < 0 || listen(made, backlog) < 0) {
        int reason = errno;
        close(made);
        return -reason;
    }
    return made;
}

int cp_bound_address(int descriptor, cp_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
    from_system(&storage, address);
    return 0;
}

int cp_accept(int listener, cp_address *peer) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    socklen_t length = sizeof storage;
    int made;
    do made = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (made < 0 && errno == EINTR);
    if (made < 0) return -errno;
    from_system(&storage, peer);
    return made;
}

ptrdiff_t cp_receive(int descriptor, void *bytes, size_t count) {
    ssize_t moved;
    do moved = recv(descriptor, bytes, count, 0);
    while (moved < 0 && errno == EINTR);
    return moved < 0 ? -errno : moved;
}

ptrdiff_t cp_send(int descriptor, const void *bytes, size_t count, int more) {
    ssize_t moved;
    do moved = send(descriptor, bytes, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    while (moved < 0 && errno == EINTR);
    return moved < 0 ? -errno : moved;
}

ptrdiff_t cp_write(int descriptor, const void *bytes, size_t count) {
    ssize_t moved;
    do moved = write(descriptor, bytes, count);
    while (moved < 0 && errno == EINTR);
    return moved < 0 ? -errno : moved;
}

int cp_shutdown_send(int descriptor) { return shutdown(descriptor, SHUT_WR) < 0 ? -errno : 0; }

// Not repeated on EINTR: Linux has released the descriptor, and its number may be another's by then.
int cp_close(int descriptor) { return close(descriptor) < 0 ? -errno : 0; }

int cp_raise_descriptor_limit(uint64_t *soft, uint64_t *hard) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    int result = 0;
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
        else result = -errno;
    }
    *soft = limit.rlim_cur;
    *hard = limit.rlim_max;
    return result;
}

int cp_thread_niceness(int niceness) {
    return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), niceness) < 0 ? -errno : 0;
}

int cp_thread_prompt(void) {
    // As the kernel declares it; glibc of Debian 12 does not.
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = sizeof attributes, .policy = SCHED_OTHER, .runtime = 100 * 1000};
    errno = 0;
    attributes.nice = getpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid));
    if (errno != 0) return -errno;
    return syscall(SYS_sched_setattr, 0, &attributes, 0) < 0 ? -errno : 0;
}

void cp_thread_name(const char *name) {
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(pthread_self(), cut);
}

void cp_error_text(int number, char *text, int capacity) {
    const char *found = strerror_r(number, text, (size_t)capacity);
    if (found != text) snprintf(text, (size_t)capacity, "%s", found);
}
