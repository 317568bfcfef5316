/* Records as messages of the Fluent Forward protocol. */
#ifndef SIFT_FLEETGEN_ENCODE_FORWARD_H
#define SIFT_FLEETGEN_ENCODE_FORWARD_H

#include "tools/fleetgen/parcel.h"
#include "tools/fleetgen/send_options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gathers the entries of one message after the other. */
struct sift_gen_forward {
  const struct sift_gen_send_options *send;
  struct sift_gen_day day;
  uint64_t salt, number; /* of ids */
  uint32_t records;      /* in `entries` */
  struct sift_gen_text entries;
  struct sift_gen_text pressed;
  struct sift_gen_press *press; /* of compressed bodies, else NULL */
};

/* SIFT_ENOMEM, and release is still right. Borrows `send`. */
enum sift_status sift_gen_forward_init(struct sift_gen_forward *forward, const struct sift_gen_send_options *send, uint64_t salt);
void sift_gen_forward_release(struct sift_gen_forward *forward);

/* Adds a record: {"space", "channel", "message"} with its time, or Fluent Bit's own nested entry for records of Kubernetes. In
 * message mode it is complete at once, else it waits for the chunk's end. */
void sift_gen_forward_put(struct sift_gen_forward *forward, struct sift_gen_parcel *parcel, const struct sift_gen_record *record);

/* Writes the chunk of the records that wait, if any. */
enum sift_status sift_gen_forward_close(struct sift_gen_forward *forward, struct sift_gen_parcel *parcel);

/* Bytes of entries that wait. */
static inline size_t sift_gen_forward_waiting(const struct sift_gen_forward *forward) {
  return forward->entries.len;
}

#ifdef __cplusplus
}
#endif
#endif
