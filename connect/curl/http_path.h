/* Paths into JSON: "data.items", "links[0].href", "a[\"first.name\"]". A name goes to the next dot or bracket; [n] is an item of an array, from 0, [-1] the last one; a name in
 * brackets and quotes may have any letter. "" is the whole. Pure. */
#ifndef WEIR_CONNECT_CURL_HTTP_PATH_H
#define WEIR_CONNECT_CURL_HTTP_PATH_H

#include "connect/slice.h"

typedef struct HttpPath HttpPath;

/* NULL where it is none; *ret_problem says why: "a name is missing". */
HttpPath *http_path_parse (const char *text, const char **ret_problem);
void http_path_free (HttpPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpPath, http_path_free)

/* What is there. False: nothing. */
bool http_path_find (const HttpPath *path, Slice root, Slice *ret_value);

#endif
