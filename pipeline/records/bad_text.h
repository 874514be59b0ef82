/* Records with bytes that are no text in the file's encoding. Pure. */
#ifndef WEIR_PIPELINE_RECORDS_BAD_TEXT_H
#define WEIR_PIPELINE_RECORDS_BAD_TEXT_H

#include "pipeline/records/reader.h"

#define BAD_TEXT_SIGN "\xEF\xBF\xBD" /* U+FFFD, the character that stands for bytes which are none */
#define BAD_TEXT_LONGEST 1024        /* bytes of a text that is compared */

/* Says what byte raw[offset] is, "invalid UTF-8 at byte 12" or its like, into "buffer". Returns REASON_INVALID_UTF8, or
 * REASON_INVALID_ENCODING of another encoding. */
Reason bad_text_describe (const Record *record, size_t offset, const Dialect *dialect, char *buffer, size_t size);

/* The record's text with BAD_TEXT_SIGN for each bad byte. NULL: it has not more letters and digits than such bytes, so that nobody
 * can tell what it says. Owned by the caller. */
GString *bad_text_replace (const Record *record);

/* Whether "text" may be what "damaged" was: the same, but for one letter or sign beyond ASCII or more (at most as many as there are
 * signs) in place of each run of BAD_TEXT_SIGN. False where "damaged" has none, or one of them has more than BAD_TEXT_LONGEST
 * bytes. Both are UTF-8. The time is the product of their lengths at most. */
bool bad_text_may_be (const char *damaged, const char *text);

#endif
