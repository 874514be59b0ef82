/* UUIDs (RFC 9562) as 16 bytes in network order. The one file that knows libuuid. */
#ifndef WEIR_BASE_UID_H
#define WEIR_BASE_UID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UID_TEXT_SIZE 37 /* 36 characters and the NUL */

typedef struct
{
  uint8_t bytes[16];
} Uid;

Uid uid_random (void);                                          /* version 4 */
Uid uid_random_like (Uid model);                                /* the same, with the last 12 digits of the model */
Uid uid_from_name (Uid space, const void *name, size_t length); /* version 5: SHA-1 of namespace and name */
bool uid_parse (const char *text, size_t length, Uid *ret_uid); /* 8-4-4-4-12 hexadecimal digits, either case */
void uid_format (Uid uid, char text[UID_TEXT_SIZE]);            /* lower-case */
bool uid_is_zero (Uid uid);
bool uid_equal (Uid a, Uid b);

#endif
