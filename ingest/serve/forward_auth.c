/* https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1, "Handshake Messages". */
#include "ingest/serve/forward_auth.h"

#include <assert.h>
#include <openssl/rand.h>

#include "engine/pack.h"
#include "engine/unpack.h"
#include "ingest/serve/forward_digest.h"

enum { PING_PARTS = 6 };

/* What a PING says; all borrowed, all of any bytes: Fluent Bit's salt is 16 random ones typed str. */
struct ping {
  struct sift_span hostname, salt, key_digest, user, password_digest;
};

enum sift_status sift_forward_challenge_init(struct sift_forward_challenge *challenge) {
  unsigned char bytes[2 * SIFT_NONCE_BYTES];
  if (RAND_bytes(bytes, sizeof bytes) != 1) {
    return SIFT_EIO;
  }
  sift_forward_hex(bytes, SIFT_NONCE_BYTES, challenge->nonce);
  sift_forward_hex(bytes + SIFT_NONCE_BYTES, SIFT_NONCE_BYTES, challenge->auth);
  return SIFT_OK;
}

size_t sift_forward_helo(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge, char *out) {
  /* An empty salt tells clients that no user is asked for. */
  struct sift_span salt = sift_span(challenge->auth, auth->user_count > 0 ? sizeof challenge->auth : 0);
  char *at = sift_put_map(sift_put_str(sift_put_array(out, 2), sift_span_of("HELO")), 3);
  at = sift_put_str(sift_put_str(at, sift_span_of("nonce")), sift_span(challenge->nonce, sizeof challenge->nonce));
  at = sift_put_str(sift_put_str(at, sift_span_of("auth")), salt);
  at = sift_put_bool(sift_put_str(at, sift_span_of("keepalive")), true);
  return (size_t)(at - out);
}

static bool read_ping(struct sift_span message, struct ping *ping, bool *is_ping) {
  struct sift_cursor cursor = sift_cursor(message);
  uint32_t count = sift_take_array(&cursor, UINT32_MAX);
  *is_ping = sift_span_equal(sift_take_text(&cursor, UINT32_MAX), sift_span_of("PING"));
  ping->hostname = sift_take_text(&cursor, UINT32_MAX);
  ping->salt = sift_take_text(&cursor, UINT32_MAX);
  ping->key_digest = sift_take_text(&cursor, UINT32_MAX);
  ping->user = sift_take_text(&cursor, UINT32_MAX);
  ping->password_digest = sift_take_text(&cursor, UINT32_MAX);
  return count == PING_PARTS && cursor.fault == SIFT_FAULT_NONE;
}

/* sha512(salt, hostname, nonce, key): a client's with its own name, ours with ours. */
static enum sift_status key_digest(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge,
                                   struct sift_span salt, struct sift_span hostname, char *out) {
  struct sift_span nonce = sift_span(challenge->nonce, sizeof challenge->nonce);
  const struct sift_span parts[] = {salt, hostname, nonce, auth->shared_key};
  return sift_forward_digest(parts, 4, out);
}

/* A user who is not known costs the same digest as one who is. */
static enum sift_status check_user(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge,
                                   const struct ping *ping, bool *good) {
  struct sift_span password = sift_span("", 0);
  bool known = false;
  for (size_t i = 0; i < auth->user_count; i++) {
    if (sift_span_equal(auth->users[i].name, ping->user)) {
      password = auth->users[i].password;
      known = true;
    }
  }
  char digest[SIFT_DIGEST_HEX_BYTES];
  const struct sift_span parts[] = {sift_span(challenge->auth, sizeof challenge->auth), ping->user, password};
  enum sift_status status = sift_forward_digest(parts, 3, digest);
  *good = status == SIFT_OK && sift_forward_digest_equal(digest, ping->password_digest) && known;
  return status;
}

static enum sift_status check(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge,
                              const struct ping *ping, enum sift_ping *verdict) {
  char digest[SIFT_DIGEST_HEX_BYTES];
  bool good_user = true;
  enum sift_status status = key_digest(auth, challenge, ping->salt, ping->hostname, digest);
  *verdict = SIFT_PING_KEY;
  if (status != SIFT_OK || !sift_forward_digest_equal(digest, ping->key_digest)) {
    return status;
  }
  if (auth->user_count > 0) {
    status = check_user(auth, challenge, ping, &good_user);
  }
  *verdict = good_user ? SIFT_PING_GOOD : SIFT_PING_USER;
  return status;
}

/* At most 31 bytes: old Fluent Bits copy the reason into 32 without a look at its length. */
static struct sift_span reason_of(enum sift_ping verdict) {
  static const char *const reasons[] = {[SIFT_PING_GOOD] = "",
                                        [SIFT_PING_NONE] = "",
                                        [SIFT_PING_SHAPE] = "invalid ping message",
                                        [SIFT_PING_KEY] = "shared_key mismatch",
                                        [SIFT_PING_USER] = "username/password mismatch"};
  return sift_span_of(reasons[verdict]);
}

/* Whoever fails learns nothing but why. */
static size_t put_pong(const struct sift_forward_auth *auth, enum sift_ping verdict, struct sift_span digest, char *out) {
  bool good = verdict == SIFT_PING_GOOD;
  char *at = sift_put_bool(sift_put_str(sift_put_array(out, 5), sift_span_of("PONG")), good);
  at = sift_put_str(at, reason_of(verdict));
  at = sift_put_str(sift_put_str(at, good ? auth->self_hostname : sift_span("", 0)), digest);
  return (size_t)(at - out);
}

enum sift_status sift_forward_answer_ping(const struct sift_forward_auth *auth, const struct sift_forward_challenge *challenge,
                                          struct sift_span message, enum sift_ping *verdict, char *pong, size_t *pong_len) {
  char digest[SIFT_DIGEST_HEX_BYTES];
  struct sift_span digest_span = sift_span(digest, 0);
  struct ping ping;
  bool is_ping = false;
  enum sift_status status = SIFT_OK;
  assert(auth->self_hostname.len <= SIFT_FORWARD_HOSTNAME_MAX);
  *pong_len = 0;
  bool well_shaped = read_ping(message, &ping, &is_ping);
  *verdict = is_ping ? SIFT_PING_SHAPE : SIFT_PING_NONE;
  if (!is_ping) {
    return SIFT_OK;
  }
  if (well_shaped) {
    status = check(auth, challenge, &ping, verdict);
  }
  if (status == SIFT_OK && *verdict == SIFT_PING_GOOD) {
    status = key_digest(auth, challenge, ping.salt, auth->self_hostname, digest);
    digest_span.len = sizeof digest;
  }
  if (status == SIFT_OK) {
    *pong_len = put_pong(auth, *verdict, digest_span, pong);
  }
  return status;
}
