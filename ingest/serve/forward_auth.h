/* The handshake of Forward: HELO, PING and PONG, with a shared key and, where wanted, users. Digests are SHA-512 in hex. */
#ifndef SIFT_SERVE_FORWARD_AUTH_H
#define SIFT_SERVE_FORWARD_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/span.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A Fluent Bit that reads the HELO and PONG has room for so many bytes. */
enum { SIFT_HANDSHAKE_BYTES_MAX = 1023, SIFT_FORWARD_HOSTNAME_MAX = 255 };

struct sift_forward_user {
  struct sift_span name, password;
};

/* Of a listener; borrowed and immutable. */
struct sift_forward_auth {
  struct sift_span shared_key;    /* not empty */
  struct sift_span self_hostname; /* 1 to SIFT_FORWARD_HOSTNAME_MAX bytes; senders refuse a server that is called as they are */
  const struct sift_forward_user *users; /* none: the shared key is enough */
  size_t user_count;
};

enum { SIFT_NONCE_BYTES = 16, SIFT_NONCE_HEX_BYTES = 2 * SIFT_NONCE_BYTES };

/* Of one connection. */
struct sift_forward_challenge {
  char nonce[SIFT_NONCE_HEX_BYTES]; /* hex digits, so that a str is a str to every client */
  char auth[SIFT_NONCE_HEX_BYTES];  /* the salt of the password's digest */
};

/* New random numbers. SIFT_EIO when the system has none to give. */
enum sift_status sift_forward_challenge_init(struct sift_forward_challenge *challenge);

/* The HELO, into SIFT_HANDSHAKE_BYTES_MAX bytes; its length. */
size_t sift_forward_helo(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge, char *out);

enum sift_ping {
  SIFT_PING_GOOD,
  SIFT_PING_NONE, /* some other message: whoever sends it knows of no handshake */
  SIFT_PING_SHAPE,
  SIFT_PING_KEY,
  SIFT_PING_USER,
};

/* Reads a whole message and makes the PONG to be sent, into SIFT_HANDSHAKE_BYTES_MAX bytes; *pong_len is 0 for
 * SIFT_PING_NONE. SIFT_ENOMEM, from libcrypto. */
enum sift_status sift_forward_answer_ping(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge,
                                          struct sift_span message, enum sift_ping *verdict, char *pong, size_t *pong_len);

#ifdef __cplusplus
}
#endif
#endif
