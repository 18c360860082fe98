// zlib as opaque streams in the gzip format.

#ifndef CGZIP_H
#define CGZIP_H

#include <stddef.h>
#include <stdint.h>

/// The most bytes that `cp_gzip` can write for `count` bytes.
size_t cp_gzip_bound(size_t count);
/// Writes one gzip member without name or time. Returns its length, or -1 when zlib fails.
ptrdiff_t cp_gzip(const void *bytes, size_t count, int level, void *result, size_t capacity);

/// A stream that unpacks gzip members; NULL when there is no memory.
typedef struct cp_gunzip cp_gunzip;
cp_gunzip *cp_gunzip_new(void);
void cp_gunzip_free(cp_gunzip *stream);

enum cp_gunzip_state { cp_gunzip_more = 0, cp_gunzip_member_end = 1, cp_gunzip_corrupt = -1, cp_gunzip_no_memory = -2 };

/// Unpacks from `input` into `output` as far as both reach; `taken` and `made` say how far. After a member's end the next
/// call begins another member.
int cp_gunzip_step(cp_gunzip *stream, const void *input, size_t count, void *output, size_t capacity, size_t *taken, size_t *made);

#endif
