/* One connection's share of the fleet: makes its parcels, sends them at the pace, and sees to it that they are acknowledged. */
#ifndef SIFT_FLEETGEN_SENDER_H
#define SIFT_FLEETGEN_SENDER_H

#include "tools/fleetgen/encode.h"
#include "tools/fleetgen/greet.h"
#include "tools/fleetgen/latency.h"
#include "tools/fleetgen/memo.h"
#include "tools/fleetgen/pace.h"

/* What was sent. */
struct sift_gen_sent {
  uint64_t lines, text_bytes; /* each once, however often it was sent */
  uint64_t bytes;             /* over the connection, TLS not counted */
  uint64_t chunks;            /* messages of Forward, each once */
  uint64_t acks;
  uint64_t resent;     /* chunks that were sent again */
  uint64_t reconnects; /* connections after the first */
  struct sift_gen_latency latency;
};

struct sift_gen_sender {
  const struct sift_gen_send_options *send;
  const struct sift_gen_credentials *credentials;
  struct sift_gen_pace *pace;
  struct sift_gen_link link;
  struct sift_gen_inbox inbox;
  struct sift_gen_stream *stream;
  struct sift_gen_memo *memo;
  struct sift_gen_encoder *encoder;
  struct sift_gen_parcel *parcels; /* parcel i stands at i % capacity */
  size_t capacity;
  uint64_t made, next, base; /* parcels made; sent, from this one on not; acknowledged, all before this one */
  bool ended;                /* all are made */
  int64_t waiting_ns;        /* since when nothing was acknowledged of what waits */
  struct sift_gen_sent sent;
  char error[SIFT_GEN_LINK_ERROR_BYTES];
};

/* What a sender borrows. */
struct sift_gen_sender_config {
  const struct sift_gen_fleet *fleet;
  const struct sift_gen_send_options *send;
  const struct sift_gen_credentials *credentials;
  struct ssl_ctx_st *tls; /* or NULL */
  struct sift_gen_pace *pace;
  uint64_t salt; /* of this connection's ids */
};

/* For the `count` Spaces from `first`. SIFT_ENOMEM, and release is still right. */
enum sift_status sift_gen_sender_init(struct sift_gen_sender *sender, const struct sift_gen_sender_config *config, uint64_t first,
                                      size_t count);
void sift_gen_sender_release(struct sift_gen_sender *sender);

/* Makes all parcels and keeps them, so that sending costs but the sending. SIFT_ENOMEM. */
enum sift_status sift_gen_sender_preload(struct sift_gen_sender *sender);

/* Sends everything. SIFT_EIO, SIFT_EFORMAT: not all of it arrived, and `error` says why; SIFT_ENOMEM. */
enum sift_status sift_gen_sender_run(struct sift_gen_sender *sender);

#endif
