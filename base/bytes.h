/* Bytes written one after the other, numbers in network order (big endian). Each function writes at "at" and returns the place behind;
 * whether there is room is the caller's affair, once for many. */
#ifndef WEIR_BASE_BYTES_H
#define WEIR_BASE_BYTES_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t *
put_byte (uint8_t *at, uint8_t byte)
{
  *at = byte;
  return at + 1;
}

static inline uint8_t *
put_int16 (uint8_t *at, int16_t n)
{
  uint16_t wire = GUINT16_TO_BE ((uint16_t) n);
  memcpy (at, &wire, sizeof wire);
  return at + sizeof wire;
}

static inline uint8_t *
put_int32 (uint8_t *at, int32_t n)
{
  uint32_t wire = GUINT32_TO_BE ((uint32_t) n);
  memcpy (at, &wire, sizeof wire);
  return at + sizeof wire;
}

static inline uint8_t *
put_int64 (uint8_t *at, int64_t n)
{
  uint64_t wire = GUINT64_TO_BE ((uint64_t) n);
  memcpy (at, &wire, sizeof wire);
  return at + sizeof wire;
}

static inline uint8_t *
put_bytes (uint8_t *at, const void *bytes, size_t length)
{
  if (length > 0) /* what is empty may be NULL */
    memcpy (at, bytes, length);
  return at + length;
}

/* The same for what mostly is no longer than some words: its first and its last bytes, which may be the same, in place of a call that first
 * asks how many there are. (As memcpy of the GNU C library does it inside.) */
static inline uint8_t *
put_short (uint8_t *at, const void *bytes, size_t length)
{
  const uint8_t *from = bytes;
  uint8_t *end = at + length;
  if (length >= 8)
    {
      if (length > 32)
        return put_bytes (at, bytes, length);
      if (length >= 16)
        {
          memcpy (at, from, 16);
          memcpy (end - 16, from + length - 16, 16);
          return end;
        }
      memcpy (at, from, 8);
      memcpy (end - 8, from + length - 8, 8);
    }
  else if (length >= 4)
    {
      memcpy (at, from, 4);
      memcpy (end - 4, from + length - 4, 4);
    }
  else if (length > 0)
    {
      at[0] = from[0];
      at[length / 2] = from[length / 2];
      end[-1] = from[length - 1];
    }
  return end;
}

#endif
