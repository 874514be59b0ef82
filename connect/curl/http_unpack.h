/* An answer that comes packed (gzip), unpacked while it comes. libcurl could do it, but does not say whether it was there to its end. */
#ifndef WEIR_CONNECT_CURL_HTTP_UNPACK_H
#define WEIR_CONNECT_CURL_HTTP_UNPACK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Unpack Unpack;

Unpack *unpack_new (void);
void unpack_free (Unpack *unpack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Unpack, unpack_free)

/* False: "take" did not want what came out, or (unpack_is_broken) it is not packed as it says. */
bool unpack_bytes (Unpack *unpack, const char *bytes, size_t length, bool (*take) (const char *, size_t, void *), void *data);

bool unpack_is_broken (const Unpack *unpack);
bool unpack_is_whole (const Unpack *unpack); /* its end has come */

#endif
