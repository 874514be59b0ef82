/* What the files of scan.h share. */
#ifndef WEIR_CONNECT_SINGER_SCAN_PRIVATE_H
#define WEIR_CONNECT_SINGER_SCAN_PRIVATE_H

#include "connect/singer/scan.h"

/* Behind a string that begins at "at"; NULL: it is none. The same of any value that is no object or array. */
const char *scan_skip_string (const char *at, const char *end);
const char *scan_skip_scalar (const char *at, const char *end);

/* Whether a number has neither point nor exponent, nor is a word. */
bool scan_is_whole (const char *at, const char *behind);

#endif
