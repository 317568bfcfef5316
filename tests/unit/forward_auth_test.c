#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/pack.h"
#include "ingest/serve/forward_auth.h"
#include "ingest/serve/forward_digest.h"

/* sha512 of "saltclient" nonce "key"; of "saltserver" nonce "key"; of auth "annsecret": made with sha512sum. */
#define NONCE "00112233445566778899aabbccddeeff"
#define SALT "ffeeddccbbaa99887766554433221100"
#define CLIENT_DIGEST                                                                                                              \
  "4d1829a53cfe226233df1fd117b2f9a536007b83a74132a21b13ddefea0bd006"                                                               \
  "031a79cd2acd8da0fb30818f24a8f810c7a1d70e65e285fa37f61bd2a7b40af3"
#define SERVER_DIGEST                                                                                                              \
  "3318e18161512262e18bfbeb10dbc465f5a01b731c23f0915b20ac458ec55cf0"                                                               \
  "10b280c3fdbf3791f748d087eee87540d51a8585ee6df849a60b73b125631f64"
#define PASSWORD_DIGEST                                                                                                            \
  "d3eec21876d4d355f1970f081e8a1c0239cebb48b9eb4bb31e1df8d245a7ab33"                                                               \
  "49fba2edee0e6e23087a9134e297396737aa247ba4bb7e11b68c6bbd5312374d"

static const struct sift_forward_user users[] = {{{"eve", 3}, {"other", 5}}, {{"ann", 3}, {"secret", 6}}};
static const struct sift_forward_auth keyed = {{"key", 3}, {"server", 6}, NULL, 0};
static const struct sift_forward_auth with_users = {{"key", 3}, {"server", 6}, users, 2};

static struct sift_forward_challenge fixed_challenge(void) {
  struct sift_forward_challenge challenge;
  memcpy(challenge.nonce, NONCE, sizeof challenge.nonce);
  memcpy(challenge.auth, SALT, sizeof challenge.auth);
  return challenge;
}

static char *put(char *at, const char *text) {
  return sift_put_str(at, sift_span_of(text));
}

static enum sift_ping answer(const struct sift_forward_auth *auth, struct sift_span message, char *pong, size_t *len) {
  struct sift_forward_challenge challenge = fixed_challenge();
  enum sift_ping verdict = SIFT_PING_NONE;
  assert_int_equal(sift_forward_answer_ping(auth, &challenge, message, &verdict, pong, len), SIFT_OK);
  return verdict;
}

static void the_helo_has_a_nonce_and_a_salt_where_users_are_known(void **state) {
  (void)state;
  struct sift_forward_challenge challenge = fixed_challenge();
  static const char without[] = "\x92\xA4HELO\x83\xA5nonce\xD9\x20" NONCE "\xA4"
                                "auth\xA0\xA9keepalive\xC3";
  static const char with[] = "\x92\xA4HELO\x83\xA5nonce\xD9\x20" NONCE "\xA4"
                             "auth\xD9\x20" SALT "\xA9keepalive\xC3";
  char out[SIFT_HANDSHAKE_BYTES_MAX];
  assert_int_equal(sift_forward_helo(&keyed, &challenge, out), sizeof without - 1);
  assert_memory_equal(out, without, sizeof without - 1);
  assert_int_equal(sift_forward_helo(&with_users, &challenge, out), sizeof with - 1);
  assert_memory_equal(out, with, sizeof with - 1);
}

static void no_challenge_is_like_another(void **state) {
  (void)state;
  struct sift_forward_challenge a;
  struct sift_forward_challenge b;
  assert_int_equal(sift_forward_challenge_init(&a), SIFT_OK);
  assert_int_equal(sift_forward_challenge_init(&b), SIFT_OK);
  assert_memory_not_equal(a.nonce, b.nonce, sizeof a.nonce);
  assert_memory_not_equal(a.auth, b.auth, sizeof a.auth);
  assert_memory_not_equal(a.nonce, a.auth, sizeof a.nonce);
}

/* Known digests, so that no mistake is made on both sides alike. */
static void the_digests_are_those_of_the_specification(void **state) {
  (void)state;
  static const char client[] = CLIENT_DIGEST;
  static const char server[] = SERVER_DIGEST;
  static const char password[] = PASSWORD_DIGEST;
  char message[600];
  char pong[SIFT_HANDSHAKE_BYTES_MAX];
  size_t len = 0;
  char *at = put(put(put(put(sift_put_array(message, 6), "PING"), "client"), "salt"), client);
  at = put(put(at, "ann"), password);
  assert_int_equal(answer(&with_users, sift_span(message, (size_t)(at - message)), pong, &len), SIFT_PING_GOOD);
  assert_int_equal(len, 1 + 5 + 1 + 1 + 7 + 2 + 128);
  assert_memory_equal(pong, "\x95\xA4PONG\xC3\xA0\xA6server\xD9\x80", 17);
  assert_memory_equal(pong + 17, server, 128);
}

static void a_user_needs_his_own_password(void **state) {
  (void)state;
  const struct {
    const char *user, *password;
    enum sift_ping verdict;
  } cases[] = {{"ann", "secret", SIFT_PING_GOOD}, {"eve", "other", SIFT_PING_GOOD}, {"eve", "secret", SIFT_PING_USER},
               {"", "", SIFT_PING_USER},          {"bob", "", SIFT_PING_USER},      {"ann", "", SIFT_PING_USER}};
  for (size_t i = 0; i < 6; i++) {
    char digest[SIFT_DIGEST_HEX_BYTES];
    char message[600];
    char pong[SIFT_HANDSHAKE_BYTES_MAX];
    size_t len = 0;
    const struct sift_span parts[] = {{SALT, 32}, sift_span_of(cases[i].user), sift_span_of(cases[i].password)};
    assert_int_equal(sift_forward_digest(parts, 3, digest), SIFT_OK);
    char *at = put(put(put(put(sift_put_array(message, 6), "PING"), "client"), "salt"), CLIENT_DIGEST);
    at = sift_put_str(put(at, cases[i].user), sift_span(digest, sizeof digest));
    assert_int_equal(answer(&with_users, sift_span(message, (size_t)(at - message)), pong, &len), cases[i].verdict);
    assert_int_equal(answer(&keyed, sift_span(message, (size_t)(at - message)), pong, &len), SIFT_PING_GOOD);
  }
}

static void a_reply_never_tells_our_digest_to_whoever_fails(void **state) {
  (void)state;
  char message[600];
  char pong[SIFT_HANDSHAKE_BYTES_MAX];
  size_t len = 0;
  char *at = put(put(put(put(sift_put_array(message, 6), "PING"), "client"), "salt"), SERVER_DIGEST);
  at = put(put(at, ""), "");
  assert_int_equal(answer(&keyed, sift_span(message, (size_t)(at - message)), pong, &len), SIFT_PING_KEY);
  static const char refused[] = "\x95\xA4PONG\xC2\xB3shared_key mismatch\xA0\xA0";
  assert_int_equal(len, sizeof refused - 1);
  assert_memory_equal(pong, refused, sizeof refused - 1);
}

static void a_ping_of_another_shape_is_refused_and_other_messages_are_none(void **state) {
  (void)state;
  const struct {
    const char *bytes;
    size_t len;
    enum sift_ping verdict;
  } cases[] = {{"\x91\xA4PING", 6, SIFT_PING_SHAPE},
               {"\x96\xA4PING\x01\x02\x03\x04\x05", 11, SIFT_PING_SHAPE},
               {"\x97\xA4PING\xA0\xA0\xA0\xA0\xA0\xA0", 12, SIFT_PING_SHAPE},
               {"\x96\xA4PING\xA0\xA0\xA0\xA0\xA0", 11, SIFT_PING_KEY},
               {"\x90", 1, SIFT_PING_NONE},
               {"\x92\xA3tag\x90", 6, SIFT_PING_NONE},
               {"\x91\x05", 2, SIFT_PING_NONE}};
  for (size_t i = 0; i < 7; i++) {
    char pong[SIFT_HANDSHAKE_BYTES_MAX];
    size_t len = 1;
    assert_int_equal(answer(&keyed, sift_span(cases[i].bytes, cases[i].len), pong, &len), cases[i].verdict);
    assert_int_equal(len > 0, cases[i].verdict != SIFT_PING_NONE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_helo_has_a_nonce_and_a_salt_where_users_are_known),
      cmocka_unit_test(no_challenge_is_like_another),
      cmocka_unit_test(the_digests_are_those_of_the_specification),
      cmocka_unit_test(a_user_needs_his_own_password),
      cmocka_unit_test(a_reply_never_tells_our_digest_to_whoever_fails),
      cmocka_unit_test(a_ping_of_another_shape_is_refused_and_other_messages_are_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
