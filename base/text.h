/* Text, whatever it says: UTF-8 and lines, near misses, figures as people read them, quoting for SQL. Pure. */
#ifndef WEIR_BASE_TEXT_H
#define WEIR_BASE_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes are UTF-8 (RFC 3629) without NUL. If not, *ret_offset (may be NULL) is the first bad byte, from 0. */
bool text_is_utf8 (const char *bytes, size_t length, size_t *ret_offset);

/* How many bytes at its beginning are ASCII, NUL too. */
size_t text_ascii_length (const char *bytes, size_t length);

/* How many bytes of UTF-8's byte order mark the text begins with: 3 or 0. */
size_t text_mark (const char *bytes, size_t length);

/* How many lines end in the text: at LF, CRLF or a lone CR; a CR that is the last byte ends one. */
int64_t text_count_line_ends (const char *bytes, size_t length);

/* The word of "words" (ending with NULL) nearest to "word" by edits (Levenshtein, and neighbours swapped; ASCII case ignored), or
 * NULL when none is near enough to be meant: at most a third of the word's length, and at least one edit allowed. Borrowed from
 * words. */
const char *text_nearest (const char *word, const char *const *words);

/* 1234567 as "1,234,567". Owned by the caller. */
char *text_count (int64_t n);

/* "0.21 s", "12.3 s", "3 min 20 s", "10 min", "2 h 5 min" from milliseconds. Owned by the caller. */
char *text_duration (int64_t milliseconds);

/* "2026-11-20 09:30:00", UTC, of nanoseconds since 1970; fractions are cut off. Owned by the caller. */
char *text_time (int64_t ns);

/* "812 B", "14.2 kB", "3.4 MB" (powers of 1000). Owned by the caller. */
char *text_size (int64_t bytes);

/* Whether the name matches a shell pattern of * ? [ ] (fnmatch (3) without flags: a leading dot is a character like any other). */
bool text_matches_glob (const char *name, const char *pattern);

/* strcmp for qsort and g_ptr_array_sort: a and b point at texts. */
int text_compare (const void *a, const void *b);

/* The bytes as printable text for a message: as \xHH what is no UTF-8, control characters (C1 too), line separators, what turns the
 * direction of text, and what cannot be seen; at most "limit" bytes of the input, then "...". Owned by the caller. */
char *text_printable (const char *bytes, size_t length, size_t limit);

/* The same for a text of several lines, whose newlines stay. Owned by the caller. */
char *text_lines_printable (const char *text);

/* A name as an SQL identifier, always quoted: a"b becomes "a""b". Owned by the caller. */
char *text_quote_ident (const char *name);

/* "{a,b}", an array of texts as SQL reads it; in quotes what must be: {"a b","c\"d"}; NULL where there is none. Owned by the caller. */
char *text_array (const GPtrArray *words);

/* A value as an SQL literal for utility statements that take no parameters: a'b becomes 'a''b', with E'' where a backslash
 * asks for it. Owned by the caller. */
char *text_quote_literal (const char *value);

#endif
