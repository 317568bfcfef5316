#include "tools/fleetgen/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum { REASON_BYTES = 256 };

static void reason_read(char *reason, size_t size) {
  unsigned long code = ERR_get_error();
  const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;
  snprintf(reason, size, "%s", text != NULL ? text : errno != 0 ? strerror(errno) : "the server closed the connection");
  ERR_clear_error();
}

static enum sift_status file_fail(const char *option, const char *path, char *error, size_t error_size) {
  char reason[REASON_BYTES];
  reason_read(reason, sizeof reason);
  snprintf(error, error_size, "--%s %.200s cannot be used: %s; it should be a PEM file", option, path, reason);
  return SIFT_EINVAL;
}

static enum sift_status files_load(SSL_CTX *context, const struct sift_gen_send_options *send, char *error, size_t error_size) {
  ERR_clear_error();
  if (send->ca != NULL && SSL_CTX_load_verify_locations(context, send->ca, NULL) != 1) {
    return file_fail("ca", send->ca, error, error_size);
  }
  if (send->cert != NULL && SSL_CTX_use_certificate_chain_file(context, send->cert) != 1) {
    return file_fail("cert", send->cert, error, error_size);
  }
  if (send->key != NULL && SSL_CTX_use_PrivateKey_file(context, send->key, SSL_FILETYPE_PEM) != 1) {
    return file_fail("key", send->key, error, error_size);
  }
  if (send->ca == NULL && !send->insecure && SSL_CTX_set_default_verify_paths(context) != 1) {
    snprintf(error, error_size, "the system's certificates cannot be read; name the server's with --ca FILE");
    return SIFT_EINVAL;
  }
  return SIFT_OK;
}

enum sift_status sift_gen_tls_new(struct ssl_ctx_st **out, const struct sift_gen_send_options *send, char *error,
                                  size_t error_size) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  *out = NULL;
  if (context == NULL) {
    return SIFT_ENOMEM;
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF); /* what must have arrived is acknowledged: how it ends is no matter */
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, send->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
  enum sift_status status = files_load(context, send, error, error_size);
  if (status != SIFT_OK) {
    SSL_CTX_free(context);
    return status;
  }
  *out = context;
  return SIFT_OK;
}

static bool is_address(const char *host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

struct ssl_st *sift_gen_tls_session(struct ssl_ctx_st *context, int fd, const char *host) {
  SSL *session = SSL_new(context);
  if (session == NULL) {
    return NULL;
  }
  bool good = SSL_set_fd(session, fd) == 1;
  if (is_address(host)) {
    good = good && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1;
  } else {
    good = good && SSL_set1_host(session, host) == 1 && SSL_set_tlsext_host_name(session, host) == 1;
  }
  if (!good) {
    SSL_free(session);
    return NULL;
  }
  SSL_set_connect_state(session);
  return session;
}

void sift_gen_tls_explain(long verify, char *error, size_t error_size) {
  char reason[REASON_BYTES];
  if (verify != X509_V_OK) {
    snprintf(error, error_size,
             "the server's certificate is not to be trusted: %s; name its issuer with --ca FILE, or type --insecure",
             X509_verify_cert_error_string(verify));
    ERR_clear_error();
    return;
  }
  reason_read(reason, sizeof reason);
  snprintf(error, error_size, "TLS: %s", reason);
}
