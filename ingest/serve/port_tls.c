/* TLS contexts. OpenSSL's own defaults for ciphers; TLS 1.2 at the least. */
#include "ingest/serve/port_internal.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

static enum sift_status refuse(char error[SIFT_PORT_ERROR_BYTES], const char *what, const char *file) {
  char reason[200] = "no reason given";
  unsigned long code = ERR_get_error();
  if (code != 0) {
    ERR_error_string_n(code, reason, sizeof reason);
  }
  ERR_clear_error();
  snprintf(error, SIFT_PORT_ERROR_BYTES, "%s %s cannot be used: %s", what, file, reason);
  return SIFT_EINVAL;
}

static enum sift_status ask_for_certificates(SSL_CTX *context, const char *file, char error[SIFT_PORT_ERROR_BYTES]) {
  STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
  if (names == NULL || SSL_CTX_load_verify_locations(context, file, NULL) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return refuse(error, "the certificates of", file);
  }
  SSL_CTX_set_client_CA_list(context, names);
  /* A session with a certificate is resumed only within a context that has a name: without one the handshake fails. */
  SSL_CTX_set_session_id_context(context, (const unsigned char *)"spacesift", 9);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  return SIFT_OK;
}

/* Nobody is there to type a passphrase: without this OpenSSL asks at the terminal, and waits. */
static int no_passphrase(char *buffer, int size, int writing, void *context) {
  (void)buffer;
  (void)size;
  (void)writing;
  (void)context;
  return -1;
}

static enum sift_status set_up(SSL_CTX *context, const struct sift_listener_config *config, char error[SIFT_PORT_ERROR_BYTES]) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); /* an idle connection holds none */
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
  /* syslog-ng ends connections without TLS's farewell. What is cut off then, the protocols' framing tells. */
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
  if (SSL_CTX_use_certificate_chain_file(context, config->certificate) != 1) {
    return refuse(error, "certificate", config->certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, config->key, SSL_FILETYPE_PEM) != 1) {
    return refuse(error, "key", config->key);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return refuse(error, "key (it is not the certificate's)", config->key);
  }
  return config->client_ca != NULL ? ask_for_certificates(context, config->client_ca, error) : SIFT_OK;
}

enum sift_status sift_port_tls(struct sift_port *port, char error[SIFT_PORT_ERROR_BYTES]) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (context == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = set_up(context, &port->config, error);
  if (status != SIFT_OK) {
    SSL_CTX_free(context);
    return status;
  }
  port->tls = context;
  return SIFT_OK;
}

void sift_port_tls_release(struct sift_port *port) {
  SSL_CTX_free(port->tls);
  port->tls = NULL;
}
