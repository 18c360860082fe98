// The browser side as bytes: one table of what is served, embedded by assets.c. Which of them is sent at which address, and with
// which headers, is decided in the room Web.

#ifndef WEBUI_H
#define WEBUI_H

#include <stddef.h>

/// One file below site/.
struct webui_asset {
    /// Path below site/, such as "core/dom.js", without a leading slash.
    const char *path;
    /// The whole Content-Type, with charset where it is text.
    const char *content_type;
    const unsigned char *bytes;
    size_t length;
};

/// All files, in the order of their paths.
extern const struct webui_asset webui_assets[];
extern const size_t webui_asset_count;

/// The file at an index below webui_asset_count. Swift cannot see an array whose length the header does not tell; it asks here.
static inline const struct webui_asset *webui_asset_at(size_t index) {
    return &webui_assets[index];
}

#endif
