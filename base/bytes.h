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

#endif
