// What the disk needs of the system and Glibc's Swift module does not show. Every function returns a value or -errno and begins
// again when a signal interrupts it. Paths are opened component by component below a directory, so no symbolic link is followed.

#ifndef CDISK_H
#define CDISK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

/// What stands in an inode, in fixed widths.
struct cd_file_status {
    uint64_t device;
    uint64_t inode;
    uint64_t links;
    int64_t bytes;
    int64_t modified_microseconds;
    int is_regular;
    int is_directory;
};

static inline int cd_close(int descriptor) { return close(descriptor) < 0 && errno != EINTR ? -errno : 0; }

/// Opens the root of a data folder; a symbolic link as its last component is the operator's own choice and is followed.
static inline int cd_open_root(const char *path) {
    int found = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return found < 0 ? -errno : found;
}

/// Opens the directory that holds the last component of `path` and points `leaf` at that component; the caller closes it.
static inline int cd_open_parent(int root, const char *path, const char **leaf) {
    int folder = fcntl(root, F_DUPFD_CLOEXEC, 0);
    if (folder < 0) return -errno;
    const char *rest = path;
    for (;;) {
        const char *slash = strchr(rest, '/');
        if (!slash) break;
        char name[256];
        size_t length = (size_t)(slash - rest);
        if (length == 0 || length >= sizeof name) {
            close(folder);
            return -EINVAL;
        }
        memcpy(name, rest, length);
        name[length] = 0;
        int next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int code = errno;
        close(folder);
        if (next < 0) return -code;
        folder = next;
        rest = slash + 1;
    }
    *leaf = rest;
    return folder;
}

static inline int cd_open_below(int root, const char *path, int flags, unsigned mode) {
    const char *leaf;
    int folder = cd_open_parent(root, path, &leaf);
    if (folder < 0) return folder;
    int found;
    do found = openat(folder, leaf, flags | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    while (found < 0 && errno == EINTR);
    int code = errno;
    close(folder);
    return found < 0 ? -code : found;
}

static inline void cd_fill_status(const struct stat *from, struct cd_file_status *to) {
    to->device = (uint64_t)from->st_dev;
    to->inode = (uint64_t)from->st_ino;
    to->links = (uint64_t)from->st_nlink;
    to->bytes = (int64_t)from->st_size;
    to->modified_microseconds = (int64_t)from->st_mtim.tv_sec * 1000000 + from->st_mtim.tv_nsec / 1000;
    to->is_regular = S_ISREG(from->st_mode) ? 1 : 0;
    to->is_directory = S_ISDIR(from->st_mode) ? 1 : 0;
}

static inline int cd_status(int descriptor, struct cd_file_status *status) {
    struct stat found;
    if (fstat(descriptor, &found) < 0) return -errno;
    cd_fill_status(&found, status);
    return 0;
}

static inline int cd_status_below(int root, const char *path, struct cd_file_status *status) {
    const char *leaf;
    int folder = cd_open_parent(root, path, &leaf);
    if (folder < 0) return folder;
    struct stat found;
    int failed = fstatat(folder, leaf, &found, AT_SYMLINK_NOFOLLOW);
    int code = errno;
    close(folder);
    if (failed < 0) return -code;
    cd_fill_status(&found, status);
    return 0;
}

static inline ssize_t cd_read_at(int descriptor, void *bytes, size_t count, int64_t offset) {
    ssize_t done;
    do done = pread(descriptor, bytes, count, (off_t)offset);
    while (done < 0 && errno == EINTR);
    return done < 0 ? -(ssize_t)errno : done;
}

static inline ssize_t cd_write_at(int descriptor, const void *bytes, size_t count, int64_t offset) {
    ssize_t done;
    do done = pwrite(descriptor, bytes, count, (off_t)offset);
    while (done < 0 && errno == EINTR);
    return done < 0 ? -(ssize_t)errno : done;
}

/// A signal is not an error and begins again; an error is returned as it is and must never be retried.
static inline int cd_sync_data(int descriptor) {
    int failed;
    do failed = fdatasync(descriptor);
    while (failed < 0 && errno == EINTR);
    return failed < 0 ? -errno : 0;
}

static inline int cd_sync_all(int descriptor) {
    int failed;
    do failed = fsync(descriptor);
    while (failed < 0 && errno == EINTR);
    return failed < 0 ? -errno : 0;
}

/// Begins to write out what is dirty of the file and does not wait. Returns 0 or -errno.
static inline int cd_begin_writing(int descriptor) { return sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE) < 0 ? -errno : 0; }

static inline int cd_sync_file_system(int descriptor) { return syncfs(descriptor) < 0 ? -errno : 0; }

/// Clean pages only; a page that is still dirty stays.
static inline int cd_drop_cache(int descriptor) { return -posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); }

static inline int cd_truncate(int descriptor, int64_t bytes) {
    int failed;
    do failed = ftruncate(descriptor, (off_t)bytes);
    while (failed < 0 && errno == EINTR);
    return failed < 0 ? -errno : 0;
}

/// Reserves blocks; `keeps_size` leaves the file as long as it was.
static inline int cd_reserve(int descriptor, int64_t bytes, int keeps_size) {
    int failed;
    do failed = fallocate(descriptor, keeps_size ? FALLOC_FL_KEEP_SIZE : 0, 0, (off_t)bytes);
    while (failed < 0 && errno == EINTR);
    return failed < 0 ? -errno : 0;
}

static inline int cd_make_directory_below(int root, const char *path, unsigned mode) {
    const char *leaf;
    int folder = cd_open_parent(root, path, &leaf);
    if (folder < 0) return folder;
    int failed = mkdirat(folder, leaf, (mode_t)mode);
    int code = errno;
    close(folder);
    return failed < 0 ? -code : 0;
}

static inline int cd_remove_below(int root, const char *path, int is_directory) {
    const char *leaf;
    int folder = cd_open_parent(root, path, &leaf);
    if (folder < 0) return folder;
    int failed = unlinkat(folder, leaf, is_directory ? AT_REMOVEDIR : 0);
    int code = errno;
    close(folder);
    return failed < 0 ? -code : 0;
}

static inline int cd_rename_below(int root, const char *from, const char *to) {
    const char *from_leaf, *to_leaf;
    int from_folder = cd_open_parent(root, from, &from_leaf);
    if (from_folder < 0) return from_folder;
    int to_folder = cd_open_parent(root, to, &to_leaf);
    if (to_folder < 0) {
        close(from_folder);
        return to_folder;
    }
    int failed = renameat(from_folder, from_leaf, to_folder, to_leaf);
    int code = errno;
    close(from_folder);
    close(to_folder);
    return failed < 0 ? -code : 0;
}

static inline int cd_lock_exclusively(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) < 0 ? -errno : 0; }

/// Bytes that an unprivileged process may still use, or -errno.
static inline int64_t cd_free_bytes(int descriptor) {
    struct statvfs found;
    if (fstatvfs(descriptor, &found) < 0) return -(int64_t)errno;
    return (int64_t)found.f_bavail * (int64_t)found.f_frsize;
}

/// The magic number of the file system (statfs(2)), or -errno.
static inline int64_t cd_file_system_type(int descriptor) {
    struct statfs found;
    if (fstatfs(descriptor, &found) < 0) return -(int64_t)errno;
    return (int64_t)(uint32_t)found.f_type;
}

/// Takes over `descriptor`, closing it when it fails.
static inline DIR *cd_directory(int descriptor, int *code) {
    DIR *found = fdopendir(descriptor);
    if (!found) {
        *code = -errno;
        close(descriptor);
    }
    return found;
}

/// 1 and an entry, 0 at the end, or -errno. `kind`: 1 regular, 2 directory, 3 other, 0 the file system does not say.
static inline int cd_next_entry(DIR *directory, const char **name, int *kind) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    if (!entry) return errno ? -errno : 0;
    *name = entry->d_name;
    *kind = entry->d_type == DT_REG ? 1 : entry->d_type == DT_DIR ? 2 : entry->d_type == DT_UNKNOWN ? 0 : 3;
    return 1;
}

#endif
