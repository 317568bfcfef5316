/* What a Forward server sends back: acks, and its half of the handshake. */
#ifndef SIFT_FLEETGEN_REPLY_H
#define SIFT_FLEETGEN_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_reply_kind {
  SIFT_GEN_REPLY_SHORT, /* the bytes end before it does */
  SIFT_GEN_REPLY_BAD,   /* nothing that a server says */
  SIFT_GEN_REPLY_ACK,
  SIFT_GEN_REPLY_HELO,
  SIFT_GEN_REPLY_PONG,
};

/* Borrowed from the bytes. */
struct sift_gen_reply {
  enum sift_gen_reply_kind kind;
  size_t len;                /* of the reply, unless SHORT or BAD */
  struct sift_span ack;      /* ACK: the chunk's id */
  struct sift_span nonce;    /* HELO */
  struct sift_span auth;     /* HELO: "" where no user is asked for */
  bool welcome;              /* PONG */
  struct sift_span reason;   /* PONG: why not */
  struct sift_span hostname; /* PONG: the server's name */
  struct sift_span digest;   /* PONG */
};

/* Reads the reply that `bytes` begin with. */
struct sift_gen_reply sift_gen_reply_read(struct sift_span bytes);

#ifdef __cplusplus
}
#endif
#endif
