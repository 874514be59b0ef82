/* Quoted-printable (RFC 2045, 6.7), read as it is written there. */
#ifndef WEIR_TESTS_SUPPORT_QUOTED_H
#define WEIR_TESTS_SUPPORT_QUOTED_H

/* What it stands for, with LF as line end. Owned by the caller. */
char *quoted_text (const char *encoded);

#endif
