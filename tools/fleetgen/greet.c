#include "tools/fleetgen/greet.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "engine/pack.h"
#include "ingest/serve/forward_digest.h"

enum { PING_PARTS = 6, SALT_BYTES = 16, PING_BYTES_MAX = 1024, USER_BYTES_MAX = 255, PING_PATIENCE_S = 10 };

static const char client_name[] = "fleetgen";

/* What is compared: of the salt and one party's name, the nonce and the key. */
struct proof {
  char salt[2 * SALT_BYTES];
  char nonce[SIFT_GEN_SECRET_MAX];
  size_t nonce_len;
};

static enum sift_status secret_read(const char *option, const char *path, char *out, char *error, size_t error_size) {
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    snprintf(error, error_size, "--%s %.200s: %s", option, path, strerror(errno));
    return SIFT_EINVAL;
  }
  char *line = fgets(out, SIFT_GEN_SECRET_MAX, file);
  fclose(file);
  size_t len = line != NULL ? strcspn(out, "\r\n") : 0;
  if (len == 0 || len == SIFT_GEN_SECRET_MAX - 1) {
    snprintf(error, error_size, "--%s %.200s: its first line should hold the secret, 1 to %d bytes", option, path,
             SIFT_GEN_SECRET_MAX - 2);
    return SIFT_EINVAL;
  }
  out[len] = '\0';
  return SIFT_OK;
}

enum sift_status sift_gen_credentials_load(struct sift_gen_credentials *credentials, const struct sift_gen_send_options *send,
                                           char *error, size_t error_size) {
  *credentials = (struct sift_gen_credentials){.user = send->user};
  enum sift_status status = SIFT_OK;
  if (send->user != NULL && strlen(send->user) > USER_BYTES_MAX) {
    snprintf(error, error_size, "--user has at most %d bytes", USER_BYTES_MAX);
    return SIFT_EINVAL;
  }
  if (send->shared_key != NULL) {
    status = secret_read("shared-key", send->shared_key, credentials->shared_key, error, error_size);
  }
  if (status == SIFT_OK && send->password != NULL) {
    status = secret_read("password", send->password, credentials->password, error, error_size);
  }
  return status;
}

static enum sift_status fail(struct sift_gen_link *link, const char *message) {
  snprintf(link->error, sizeof link->error, "%s", message);
  return SIFT_EFORMAT;
}

static enum sift_status key_digest(const struct sift_gen_credentials *credentials, const struct proof *proof, struct sift_span name,
                                   char *out) {
  const struct sift_span parts[] = {sift_span(proof->salt, sizeof proof->salt), name, sift_span(proof->nonce, proof->nonce_len),
                                    sift_span_of(credentials->shared_key)};
  return sift_forward_digest(parts, 4, out);
}

/* ["PING", name, salt, digest of the key, user, digest of the password], the last two empty where no user is asked for. */
static enum sift_status ping_make(const struct sift_gen_credentials *credentials, const struct proof *proof, struct sift_span auth,
                                  char *out, size_t *len) {
  char digest[SIFT_DIGEST_HEX_BYTES];
  char password[SIFT_DIGEST_HEX_BYTES];
  struct sift_span user = sift_span_of(auth.len > 0 ? credentials->user : "");
  enum sift_status status = key_digest(credentials, proof, sift_span_of(client_name), digest);
  if (status == SIFT_OK && auth.len > 0) {
    const struct sift_span parts[] = {auth, user, sift_span_of(credentials->password)};
    status = sift_forward_digest(parts, 3, password);
  }
  char *at = sift_put_str(sift_put_array(out, PING_PARTS), sift_span_of("PING"));
  at = sift_put_str(sift_put_str(at, sift_span_of(client_name)), sift_span(proof->salt, sizeof proof->salt));
  at = sift_put_str(sift_put_str(at, sift_span(digest, sizeof digest)), user);
  at = sift_put_str(at, sift_span(password, auth.len > 0 ? sizeof password : 0));
  *len = (size_t)(at - out);
  return status;
}

static enum sift_status ping_send(const struct sift_gen_credentials *credentials, struct sift_gen_link *link,
                                  const struct sift_gen_reply *helo, struct proof *proof) {
  unsigned char salt[SALT_BYTES];
  if (helo->auth.len > 0 && credentials->user == NULL) {
    return fail(link, "the server asks for a user as well: type --user NAME --password FILE");
  }
  if (helo->nonce.len > sizeof proof->nonce) {
    return fail(link, "the server's HELO has a nonce longer than any server's");
  }
  proof->nonce_len = helo->nonce.len;
  if (helo->nonce.len > 0) {
    memcpy(proof->nonce, helo->nonce.data, helo->nonce.len);
  }
  char ping[PING_BYTES_MAX];
  size_t len;
  if (RAND_bytes(salt, sizeof salt) != 1) {
    return fail(link, "no random numbers to be had");
  }
  sift_forward_hex(salt, sizeof salt, proof->salt);
  enum sift_status status = ping_make(credentials, proof, helo->auth, ping, &len);
  return status == SIFT_OK ? sift_gen_link_send(link, ping, len, INT64_C(1000000000) * PING_PATIENCE_S) : status;
}

static enum sift_status pong_check(const struct sift_gen_credentials *credentials, struct sift_gen_link *link,
                                   const struct sift_gen_reply *pong, const struct proof *proof) {
  if (!pong->welcome) {
    snprintf(link->error, sizeof link->error, "the server refuses us: %.*s", (int)(pong->reason.len < 100 ? pong->reason.len : 100),
             pong->reason.data);
    return SIFT_EFORMAT;
  }
  char digest[SIFT_DIGEST_HEX_BYTES];
  enum sift_status status = key_digest(credentials, proof, pong->hostname, digest);
  if (status == SIFT_OK && !sift_forward_digest_equal(digest, pong->digest)) {
    return fail(link, "the server took our key but does not know it itself: it is not the one that you mean");
  }
  return status;
}

/* The next reply, which must be of that kind. */
static enum sift_status expect(struct sift_gen_link *link, struct sift_gen_inbox *inbox, int64_t deadline_ns,
                               enum sift_gen_reply_kind kind, struct sift_gen_reply *reply) {
  enum sift_status status = sift_gen_inbox_next(inbox, link, deadline_ns, reply);
  if (status == SIFT_END) {
    snprintf(link->error, sizeof link->error, "the server closed the connection during the handshake");
    return SIFT_EIO;
  }
  if (status == SIFT_OK && reply->kind != kind) {
    return fail(link, kind == SIFT_GEN_REPLY_HELO ? "the server sends no HELO: it asks for no key; leave out --shared-key"
                                                  : "the server answers no PONG to our PING");
  }
  return status;
}

enum sift_status sift_gen_greet(const struct sift_gen_credentials *credentials, struct sift_gen_link *link,
                                struct sift_gen_inbox *inbox, int64_t deadline_ns) {
  if (credentials->shared_key[0] == '\0') {
    return SIFT_OK;
  }
  struct proof proof;
  struct sift_gen_reply reply;
  enum sift_status status = expect(link, inbox, deadline_ns, SIFT_GEN_REPLY_HELO, &reply);
  if (status == SIFT_OK) {
    status = ping_send(credentials, link, &reply, &proof);
  }
  if (status == SIFT_OK) {
    status = expect(link, inbox, deadline_ns, SIFT_GEN_REPLY_PONG, &reply);
  }
  return status == SIFT_OK ? pong_check(credentials, link, &reply, &proof) : status;
}
