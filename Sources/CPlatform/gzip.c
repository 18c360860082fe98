// gzip through zlib: members without name or time, so that the same bytes pack to the same bytes.

#include "CPlatform.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const int gzip_window_bits = 15 + 16;

// deflateBound for the gzip wrapper: zlib's conservative bound plus the longer header and trailer.
size_t cp_gzip_bound(size_t count) { return count + (count >> 12) + (count >> 14) + (count >> 25) + 13 + 32; }

ptrdiff_t cp_gzip(const void *bytes, size_t count, int level, void *result, size_t capacity) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return -1;
    const unsigned char *input = bytes;
    unsigned char *output = result;
    size_t made = 0;
    int state = Z_OK;
    // zlib counts in 32 bits, so large inputs go in pieces.
    do {
        uInt piece = count > UINT_MAX ? UINT_MAX : (uInt)count;
        stream.next_in = (unsigned char *)input;
        stream.avail_in = piece;
        input += piece;
        count -= piece;
        do {
            size_t room = capacity - made;
            stream.next_out = output + made;
            stream.avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
            uInt offered = stream.avail_out;
            state = deflate(&stream, count == 0 ? Z_FINISH : Z_NO_FLUSH);
            made += offered - stream.avail_out;
            if (state != Z_OK && state != Z_STREAM_END) {
                deflateEnd(&stream);
                return -1;
            }
        } while (stream.avail_in > 0 || (count == 0 && state != Z_STREAM_END));
    } while (count > 0);
    deflateEnd(&stream);
    return (ptrdiff_t)made;
}

struct cp_gunzip {
    z_stream stream;
    int member_ended;
};

cp_gunzip *cp_gunzip_new(void) {
    cp_gunzip *made = calloc(1, sizeof *made);
    if (made && inflateInit2(&made->stream, gzip_window_bits) != Z_OK) {
        free(made);
        return NULL;
    }
    return made;
}

void cp_gunzip_free(cp_gunzip *stream) {
    if (!stream) return;
    inflateEnd(&stream->stream);
    free(stream);
}

int cp_gunzip_step(cp_gunzip *stream, const void *input, size_t count, void *output, size_t capacity, size_t *taken, size_t *made) {
    *taken = 0;
    *made = 0;
    if (count > UINT_MAX) count = UINT_MAX;
    if (capacity > UINT_MAX) capacity = UINT_MAX;
    z_stream *z = &stream->stream;
    if (stream->member_ended) {
        if (count == 0) return cp_gunzip_member_end;
        if (inflateReset(z) != Z_OK) return cp_gunzip_corrupt;
        stream->member_ended = 0;
    }
    z->next_in = (unsigned char *)input;
    z->avail_in = (uInt)count;
    z->next_out = output;
    z->avail_out = (uInt)capacity;
    int state = inflate(z, Z_NO_FLUSH);
    *taken = count - z->avail_in;
    *made = capacity - z->avail_out;
    switch (state) {
    case Z_OK:
    case Z_BUF_ERROR: return cp_gunzip_more;
    case Z_STREAM_END: stream->member_ended = 1; return cp_gunzip_member_end;
    case Z_MEM_ERROR: return cp_gunzip_no_memory;
    default: return cp_gunzip_corrupt;
    }
}
