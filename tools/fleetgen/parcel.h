/* What is sent at one go: some lines, some syslog messages, or one chunk of Forward that may be acknowledged. */
#ifndef SIFT_FLEETGEN_PARCEL_H
#define SIFT_FLEETGEN_PARCEL_H

#include "engine/span.h"
#include "tools/fleetgen/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_ID_BYTES = 24 }; /* base64 of 16 bytes, as Fluent Bit's */

/* Zeroed is an empty one. */
struct sift_gen_parcel {
  struct sift_gen_text bytes; /* as they go over the connection */
  uint32_t records;
  uint32_t messages;   /* of Forward: chunks */
  uint64_t text_bytes; /* log text, a newline a record */
  char id[SIFT_GEN_ID_BYTES];
  bool acked;
  uint32_t times_sent;
  int64_t sent_ns; /* monotonic, of the last time */
};

/* Empties it, keeping its memory. */
static inline void sift_gen_parcel_clear(struct sift_gen_parcel *parcel) {
  sift_gen_text_clear(&parcel->bytes);
  parcel->records = parcel->messages = parcel->times_sent = 0;
  parcel->text_bytes = 0;
  parcel->acked = false;
}

#ifdef __cplusplus
}
#endif
#endif
