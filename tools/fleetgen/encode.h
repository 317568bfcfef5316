/* Records → parcels, in the protocol that the options name. */
#ifndef SIFT_FLEETGEN_ENCODE_H
#define SIFT_FLEETGEN_ENCODE_H

#include "tools/fleetgen/parcel.h"
#include "tools/fleetgen/send_options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A parcel that is larger is full, whatever its records. */
enum { SIFT_GEN_PARCEL_BYTES = 4 * 1024 * 1024 };

/* Of one connection; one thread. */
struct sift_gen_encoder;

/* `seed`: of the peculiarities of JSON Lines; `salt`: of the chunks' ids, which differ by connection and by number. Borrows
 * `send`. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_gen_encoder_new(struct sift_gen_encoder **out, const struct sift_gen_send_options *send, uint64_t seed,
                                      uint64_t salt);
void sift_gen_encoder_free(struct sift_gen_encoder *encoder);

/* How many records a parcel is meant to hold at the rate that was asked for: fewer at low rates, so that lines keep an even
 * pace, and a chunk takes at most a second to fill. */
uint32_t sift_gen_parcel_records(const struct sift_gen_send_options *send);

/* Adds a record to a parcel; every parcel takes one. SIFT_ENOMEM. */
enum sift_status sift_gen_encoder_add(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel,
                                      const struct sift_gen_record *record);

/* Whether the parcel had better be closed. */
bool sift_gen_encoder_full(const struct sift_gen_encoder *encoder, const struct sift_gen_parcel *parcel);

/* Completes a parcel that has records; the next one begins anew. */
enum sift_status sift_gen_encoder_close(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel);

/* What ends the stream, into an empty parcel: nothing, mostly. */
enum sift_status sift_gen_encoder_end(struct sift_gen_encoder *encoder, struct sift_gen_parcel *parcel);

#ifdef __cplusplus
}
#endif
#endif
