#include "tools/fleetgen/target.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/span.h"

enum { PORT_MAX = 65535 };

/* What was read so far, and where to complain. */
struct reader {
  struct sift_gen_target *target;
  bool unix_socket;
  char *error;
  size_t error_size;
};

static enum sift_status wrong(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum sift_status wrong(struct reader *reader, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reader->error, reader->error_size, format, arguments);
  va_end(arguments);
  return SIFT_EINVAL;
}

static bool is(struct sift_span word, const char *name) {
  return sift_span_equal(word, sift_span_of(name));
}

/* tcp, syslog or forward, then +tls or +unix. */
static enum sift_status scheme_read(struct reader *reader, struct sift_span scheme) {
  static const char *const names[] = {[SIFT_GEN_LINES] = "tcp", [SIFT_GEN_SYSLOG] = "syslog", [SIFT_GEN_FORWARD] = "forward"};
  const char *plus = memchr(scheme.data, '+', scheme.len);
  struct sift_span name = sift_span(scheme.data, plus != NULL ? (size_t)(plus - scheme.data) : scheme.len);
  struct sift_span rest = sift_span(scheme.data + name.len, scheme.len - name.len);
  size_t at = 0;
  while (at < sizeof names / sizeof names[0] && !is(name, names[at])) {
    at++;
  }
  if (at == sizeof names / sizeof names[0]) {
    return wrong(reader,
                 "\"%.*s://\" is no way to send; type tcp://, syslog:// or forward://, as in --send forward://localhost:24224",
                 (int)(name.len < 20 ? name.len : 20), name.data);
  }
  reader->target->protocol = (enum sift_gen_protocol)at;
  reader->target->tls = is(rest, "+tls");
  reader->unix_socket = is(rest, "+unix");
  if (rest.len > 0 && !reader->target->tls && !reader->unix_socket) {
    return wrong(reader, "behind %s comes +tls, +unix or nothing, as in %s+tls://HOST:PORT", names[at], names[at]);
  }
  return SIFT_OK;
}

static enum sift_status path_read(struct reader *reader, const char *path) {
  size_t len = strlen(path);
  if (path[0] != '/' || len < 2) {
    return wrong(reader, "a unix socket is named by its whole path: +unix:///run/spacesift.sock has three slashes");
  }
  if (len >= sizeof reader->target->path) {
    return wrong(reader, "the path of a unix socket has at most %d bytes; name the socket by a shorter one",
                 SIFT_GEN_SOCKET_PATH_MAX - 1);
  }
  memcpy(reader->target->path, path, len + 1);
  return SIFT_OK;
}

static enum sift_status port_read(struct reader *reader, const char *text) {
  size_t digits = strspn(text, "0123456789");
  bool good = digits > 0 && digits < sizeof reader->target->port && text[digits] == '\0';
  long port = good ? strtol(text, NULL, 10) : 0;
  if (port < 1 || port > PORT_MAX) {
    return wrong(reader, "the port is a number from 1 to %d and ends the URL, not \"%.40s\"; what else there is to say has options",
                 PORT_MAX, text);
  }
  memcpy(reader->target->port, text, digits + 1);
  return SIFT_OK;
}

/* HOST:PORT, [::1]:PORT. */
static enum sift_status address_read(struct reader *reader, const char *text) {
  bool bracketed = text[0] == '[';
  const char *host = text + bracketed;
  const char *end = bracketed ? strchr(host, ']') : strrchr(host, ':');
  const char *colon = bracketed && end != NULL ? end + 1 : end;
  if (bracketed && end == NULL) {
    return wrong(reader, "a bracket is not closed; type [::1]:PORT");
  }
  if (colon == NULL || *colon != ':') {
    return wrong(reader, "the port is missing: type HOST:PORT, as in localhost:24224");
  }
  size_t len = (size_t)(end - host);
  if (!bracketed && memchr(host, ':', len) != NULL) {
    return wrong(reader, "an IPv6 address goes into brackets: [::1]:PORT");
  }
  if (len == 0 || len >= sizeof reader->target->host) {
    return wrong(reader, "the host has 1 to %d bytes: type HOST:PORT, as in localhost:24224", SIFT_GEN_HOST_MAX - 1);
  }
  memcpy(reader->target->host, host, len);
  reader->target->host[len] = '\0';
  return port_read(reader, colon + 1);
}

enum sift_status sift_gen_target_parse(struct sift_gen_target *target, const char *url, char *error, size_t error_size) {
  *target = (struct sift_gen_target){.url = url};
  struct reader reader = {.target = target, .error = error, .error_size = error_size};
  const char *colon = strstr(url, "://");
  if (colon == NULL) {
    return wrong(&reader, "\"%.60s\" is no URL; type --send tcp://HOST:PORT, syslog://HOST:PORT or forward://HOST:PORT", url);
  }
  enum sift_status status = scheme_read(&reader, sift_span(url, (size_t)(colon - url)));
  if (status != SIFT_OK) {
    return status;
  }
  return reader.unix_socket ? path_read(&reader, colon + 3) : address_read(&reader, colon + 3);
}
