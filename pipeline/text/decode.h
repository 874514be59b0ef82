/* What the bytes are before they are lines: byte order marks, encoding, binary content.
 *
 *   source_head (fd, ..., &head, error) && decode_head (&head, ..., &decoding, error)
 *   && decode_rest (fd, &head, &decoding, error) */
#ifndef WEIR_PIPELINE_TEXT_DECODE_H
#define WEIR_PIPELINE_TEXT_DECODE_H

#include "pipeline/text/source.h"

/* What was found of a text's encoding. */
typedef struct
{
  Encoding encoding;
  int bom;              /* bytes of byte order mark at the beginning */
  char *evidence;       /* why: "valid UTF-8 with 12 characters beyond ASCII"; owned */
  const char *likelier; /* the word of another encoding that the text is like, but not surely enough to be read so; NULL: none */
} Decoding;

void decoding_clear (Decoding *decoding);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decoding, decoding_clear)

/* Works it out from the head of a file; one that is not whole may end within a character. A mark decides; then "declared" (NULL:
 * nobody said); then the evidence: NUL bytes at every other place are UTF-16, what is UTF-8 but for a few bytes is UTF-8 (those are
 * rejects of their lines), other bytes beyond ASCII that look like letters and marks of a text are Windows-1252, Windows-1251 or
 * Macintosh Roman. Pure.
 *
 * "name" is for messages. Errors are INPUT: UTF-32, with the command that converts it ("encoding"); other NUL bytes, or a file that
 * is no text ("nul_byte"). Nothing is found then. */
bool decode_head (const SourceHead *head, const Encoding *declared, const char *name, Decoding *ret_decoding, GError **error);

/* The first accent may come late: where decode_head found UTF-8 in a head that is not the whole file and is nothing but ASCII,
 * reads on to the first other byte and judges by what follows it. *decoding becomes what is found there, with its evidence, or
 * stays if that is UTF-8. Otherwise nothing is read. Not to be called where an encoding is declared. Errors: as source_read. */
bool decode_rest (int fd, const SourceHead *head, Decoding *decoding, GError **error);

#endif
