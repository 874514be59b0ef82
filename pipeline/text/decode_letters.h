/* Whether the letters of a text are likelier in another encoding than Windows-1252. Pure. */
#ifndef WEIR_PIPELINE_TEXT_DECODE_LETTERS_H
#define WEIR_PIPELINE_TEXT_DECODE_LETTERS_H

#include <stddef.h>

/* For texts of words that could be Windows-1252 by their signs: the encoding of Central Europe, Turkey or the Baltic in which the
 * letters beyond ASCII are by far likelier ("windows-1250"), or NULL: they are Western, or too few to tell. */
const char *find_likelier_encoding (const char *bytes, size_t length);

#endif
