#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ingest/serve/port_internal.h"
#include "tests/unit/serve_support.h"
#include "tests/unit/tls_support.h"

struct fixture {
  char path[TEST_PATH_BYTES];
  char files[5][TEST_PATH_BYTES + 16];
  struct sift_port port;
  char error[SIFT_PORT_ERROR_BYTES];
};

static const char *file(struct fixture *fixture, int slot, const char *name) {
  snprintf(fixture->files[slot], sizeof fixture->files[slot], "%s/%s", fixture->path, name);
  return fixture->files[slot];
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  make_directory(fixture->path);
  make_pair(fixture->path, "server", NULL);
  make_pair(fixture->path, "client", NULL);
  make_pair(fixture->path, "locked", "passphrase");
  write_bytes_to(fixture->path, "empty", "", 0);
  fixture->port.config = (struct sift_listener_config){.name = "tcp+tls://:1", .tls = true};
  *state = fixture;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  sift_port_tls_release(&fixture->port);
  remove_directory(fixture->path);
  free(fixture);
  return 0;
}

static enum sift_status prepare(struct fixture *fixture, const char *certificate, const char *key, const char *ca) {
  fixture->port.config.certificate = file(fixture, 0, certificate);
  fixture->port.config.key = file(fixture, 1, key);
  fixture->port.config.client_ca = ca != NULL ? file(fixture, 2, ca) : NULL;
  sift_port_tls_release(&fixture->port);
  return sift_port_tls(&fixture->port, fixture->error);
}

static void expect_refused(struct fixture *fixture, const char *certificate, const char *key, const char *ca, const char *says) {
  assert_int_equal(prepare(fixture, certificate, key, ca), SIFT_EINVAL);
  assert_null(fixture->port.tls);
  if (strstr(fixture->error, says) == NULL || strstr(fixture->error, "cannot be used: error:") == NULL) {
    fail_msg("%s", fixture->error);
  }
  assert_int_equal(ERR_peek_error(), 0); /* nothing is left for the next one to report */
}

static void files_that_are_wrong_are_named(void **state) {
  struct fixture *fixture = *state;
  expect_refused(fixture, "none.pem", "server.key", NULL, "/none.pem");
  expect_refused(fixture, "empty", "server.key", NULL, "/empty");
  expect_refused(fixture, "server.key", "server.key", NULL, "certificate ");
  expect_refused(fixture, "server.pem", "none.key", NULL, "/none.key");
  expect_refused(fixture, "server.pem", "empty", NULL, "key ");
  expect_refused(fixture, "server.pem", "client.key", NULL, "/client.key");
  expect_refused(fixture, "server.pem", "server.key", "none.pem", "/none.pem");
  expect_refused(fixture, "server.pem", "server.key", "empty", "the certificates of ");
}

static void a_key_with_a_passphrase_is_refused_and_nobody_is_asked(void **state) {
  expect_refused(*state, "locked.pem", "locked.key", NULL, "/locked.key");
}

/* ---- handshakes in memory ---- */

/* Until both are done, or one has failed. */
static bool shake_hands(SSL *server, SSL *client) {
  for (int turn = 0; turn < 20; turn++) {
    int a = SSL_do_handshake(client);
    int b = SSL_do_handshake(server);
    char byte;
    int c = SSL_read(client, &byte, 1); /* tickets, or the server's refusal */
    if (a == 1 && b == 1) {
      return true;
    }
    bool a_waits = a == 1 ? SSL_get_error(client, c) == SSL_ERROR_WANT_READ : SSL_get_error(client, a) == SSL_ERROR_WANT_READ;
    if (!a_waits || (b != 1 && SSL_get_error(server, b) != SSL_ERROR_WANT_READ)) {
      ERR_clear_error();
      return false;
    }
  }
  return false;
}

/* `session`: resumed where it is not NULL, and set to the new one. */
static bool meet(struct fixture *fixture, SSL_CTX *client_context, SSL_SESSION **session, bool *resumed) {
  SSL *server = SSL_new(fixture->port.tls);
  SSL *client = SSL_new(client_context);
  BIO *server_bio = NULL;
  BIO *client_bio = NULL;
  assert_int_equal(BIO_new_bio_pair(&server_bio, 0, &client_bio, 0), 1);
  SSL_set_bio(server, server_bio, server_bio);
  SSL_set_bio(client, client_bio, client_bio);
  SSL_set_accept_state(server);
  SSL_set_connect_state(client);
  if (*session != NULL) {
    SSL_set_session(client, *session);
  }
  bool met = shake_hands(server, client);
  *resumed = met && SSL_session_reused(client) == 1;
  if (met) {
    char byte = 'x';
    assert_int_equal(SSL_write(server, &byte, 1), 1);
    assert_int_equal(SSL_read(client, &byte, 1), 1);
    SSL_SESSION_free(*session);
    *session = SSL_get1_session(client);
    SSL_shutdown(client);
    SSL_shutdown(server);
  }
  SSL_free(server);
  SSL_free(client);
  return met;
}

static SSL_CTX *make_client(struct fixture *fixture, const char *name) {
  char path[TEST_PATH_BYTES + 64];
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  assert_non_null(context);
  if (name != NULL) {
    snprintf(path, sizeof path, "%s/%s.pem", fixture->path, name);
    assert_int_equal(SSL_CTX_use_certificate_file(context, path, SSL_FILETYPE_PEM), 1);
    snprintf(path, sizeof path, "%s/%s.key", fixture->path, name);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM), 1);
  }
  return context;
}

static bool meets_once(struct fixture *fixture, const char *client, int version) {
  SSL_CTX *context = make_client(fixture, client);
  SSL_SESSION *session = NULL;
  bool resumed = false;
  SSL_CTX_set_max_proto_version(context, version);
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_security_level(context, 0); /* so that old versions are the server's to refuse */
  bool met = meet(fixture, context, &session, &resumed);
  SSL_SESSION_free(session);
  SSL_CTX_free(context);
  return met;
}

static void tls_below_1_2_is_not_spoken(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(prepare(fixture, "server.pem", "server.key", NULL), SIFT_OK);
  assert_true(meets_once(fixture, NULL, TLS1_3_VERSION));
  assert_true(meets_once(fixture, NULL, TLS1_2_VERSION));
  assert_false(meets_once(fixture, NULL, TLS1_1_VERSION));
}

static void with_a_ca_only_clients_of_it_are_let_in(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(prepare(fixture, "server.pem", "server.key", "client.pem"), SIFT_OK);
  assert_true(meets_once(fixture, "client", TLS1_2_VERSION));
  assert_false(meets_once(fixture, NULL, TLS1_2_VERSION));
  assert_false(meets_once(fixture, "server", TLS1_2_VERSION));
}

static void a_client_with_a_certificate_may_resume_its_session(void **state) {
  struct fixture *fixture = *state;
  static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
  assert_int_equal(prepare(fixture, "server.pem", "server.key", "client.pem"), SIFT_OK);
  for (int i = 0; i < 2; i++) {
    SSL_CTX *context = make_client(fixture, "client");
    SSL_SESSION *session = NULL;
    bool resumed = false;
    SSL_CTX_set_max_proto_version(context, versions[i]);
    assert_true(meet(fixture, context, &session, &resumed));
    assert_false(resumed);
    assert_true(meet(fixture, context, &session, &resumed));
    assert_true(resumed);
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(files_that_are_wrong_are_named),
      TEST(a_key_with_a_passphrase_is_refused_and_nobody_is_asked),
      TEST(tls_below_1_2_is_not_spoken),
      TEST(with_a_ca_only_clients_of_it_are_let_in),
      TEST(a_client_with_a_certificate_may_resume_its_session),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
