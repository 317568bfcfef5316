#include "ingest/serve/listener.h"

#include <stdio.h>
#include <string.h>

#define USUAL "type e.g. tcp://127.0.0.1:5140, syslog+tls://0.0.0.0:6514?cert=…&key=… or forward+unix:///run/spacesift.sock"

static enum sift_status refuse(char error[SIFT_LISTENER_ERROR_BYTES], const char *format, struct sift_span what) {
  int len = what.len > 100 ? 100 : (int)what.len;
  snprintf(error, SIFT_LISTENER_ERROR_BYTES, format, len, what.data);
  return SIFT_EINVAL;
}

/* What is said where nothing else is wrong but the status. */
static void say_memory(char error[SIFT_LISTENER_ERROR_BYTES]) {
  snprintf(error, SIFT_LISTENER_ERROR_BYTES, "%s", sift_status_text(SIFT_ENOMEM));
}

/* ---- scheme ---- */

static bool take_word(struct sift_span *rest, const char *word) {
  size_t len = strlen(word);
  bool ends = rest->len == len || (rest->len > len + 1 && rest->data[len] == '+');
  if (!ends || memcmp(rest->data, word, len) != 0) {
    return false;
  }
  size_t skip = rest->len > len ? len + 1 : len;
  *rest = sift_span(rest->data + skip, rest->len - skip);
  return true;
}

static bool parse_scheme(struct sift_listener_config *out, struct sift_span scheme) {
  if (take_word(&scheme, "tcp")) {
    out->kind = SIFT_PROTOCOL_LINES;
  } else if (take_word(&scheme, "syslog")) {
    out->kind = SIFT_PROTOCOL_SYSLOG;
  } else if (take_word(&scheme, "forward")) {
    out->kind = SIFT_PROTOCOL_FORWARD;
  } else {
    return false;
  }
  while (scheme.len > 0) {
    if (take_word(&scheme, "tls") && !out->tls) {
      out->tls = true;
    } else if (out->place == SIFT_LISTEN_ADDRESS && take_word(&scheme, "unix")) {
      out->place = SIFT_LISTEN_UNIX;
    } else if (out->place == SIFT_LISTEN_ADDRESS && take_word(&scheme, "systemd")) {
      out->place = SIFT_LISTEN_SYSTEMD;
    } else {
      return false;
    }
  }
  return true;
}

/* ---- address ---- */

static bool port_valid(struct sift_span port) {
  unsigned value = 0;
  for (size_t i = 0; i < port.len && i < 6; i++) {
    if (port.data[i] < '0' || port.data[i] > '9') {
      return false;
    }
    value = value * 10 + (unsigned)(port.data[i] - '0');
  }
  return port.len > 0 && port.len <= 5 && value <= 65535;
}

/* host:port, [v6]:port, :port. Port 0 takes a free one. */
static enum sift_status parse_address(struct sift_listener_config *out, struct sift_arena *arena, struct sift_span address,
                                      char error[SIFT_LISTENER_ERROR_BYTES]) {
  const char *colon = address.len > 0 ? memrchr(address.data, ':', address.len) : NULL;
  if (colon == NULL) {
    return refuse(error, "'%.*s' has no port: write HOST:PORT, as in 127.0.0.1:5140 or [::1]:5140", address);
  }
  struct sift_span host = sift_span(address.data, (size_t)(colon - address.data));
  struct sift_span port = sift_span(colon + 1, address.len - host.len - 1);
  bool bracketed = host.len >= 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
  if (bracketed) {
    host = sift_span(host.data + 1, host.len - 2);
  } else if (host.len > 0 && memchr(host.data, ':', host.len) != NULL) {
    return refuse(error, "'%.*s': write an IPv6 address in brackets, as in [::1]:5140", address);
  }
  if (!port_valid(port)) {
    return refuse(error, "'%.*s' is no port: write a number from 0 to 65535", port);
  }
  out->host = sift_arena_copy(arena, host);
  out->port = sift_arena_copy(arena, port);
  return out->host != NULL && out->port != NULL ? SIFT_OK : SIFT_ENOMEM;
}

static enum sift_status parse_place(struct sift_listener_config *out, struct sift_arena *arena, struct sift_span address,
                                    char error[SIFT_LISTENER_ERROR_BYTES]) {
  if (out->place == SIFT_LISTEN_ADDRESS) {
    return parse_address(out, arena, address, error);
  }
  if (out->place == SIFT_LISTEN_UNIX && (address.len < 2 || address.data[0] != '/' || address.len > 100)) {
    return refuse(error,
                  "'%.*s' is no path of a socket: write an absolute one of at most 100 bytes, as in tcp+unix:///run/spacesift.sock",
                  address);
  }
  out->path = sift_arena_copy(arena, address);
  return out->path != NULL ? SIFT_OK : SIFT_ENOMEM;
}

/* ---- options ---- */

struct option {
  const char *name;
  size_t offset;
};

#define OPTION(name, field)                                                                                                        \
  { name, offsetof(struct sift_listener_config, field) }
static const struct option options[] = {
    OPTION("space", space),
    OPTION("channel", channel),
    OPTION("time", time),
    OPTION("text", text),
    OPTION("cert", certificate),
    OPTION("key", key),
    OPTION("client-ca", client_ca),
    OPTION("shared-key-file", shared_key_file),
    OPTION("users-file", users_file),
    OPTION("hostname", hostname),
};
#undef OPTION

enum sift_status sift_listener_set(struct sift_listener_config *listener, struct sift_arena *arena, struct sift_span name,
                                   struct sift_span value, char error[SIFT_LISTENER_ERROR_BYTES]) {
  say_memory(error);
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
    if (!sift_span_equal(name, sift_span_of(options[i].name))) {
      continue;
    }
    const char **field = (const char **)(void *)((char *)listener + options[i].offset);
    if (*field != NULL) {
      return refuse(error, "'%.*s' is given twice", name);
    }
    if (value.len == 0 || memchr(value.data, '\0', value.len) != NULL) {
      return refuse(error, "'%.*s' has no value, or one with a NUL in it", name);
    }
    *field = sift_arena_copy(arena, value);
    return *field != NULL ? SIFT_OK : SIFT_ENOMEM;
  }
  return refuse(
      error,
      "there is no option '%.*s': use space, channel, time, text, cert, key, client-ca, shared-key-file, users-file or hostname",
      name);
}

static int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place. False where a percent sign begins no byte. */
static bool decode(char *text, size_t *len) {
  size_t to = 0;
  for (size_t at = 0; at < *len; at++) {
    if (text[at] != '%') {
      text[to++] = text[at];
      continue;
    }
    int high = at + 2 < *len ? hex(text[at + 1]) : -1;
    int low = high >= 0 ? hex(text[at + 2]) : -1;
    if (low < 0) {
      return false;
    }
    text[to++] = (char)(high * 16 + low);
    at += 2;
  }
  *len = to;
  return true;
}

static enum sift_status parse_option(struct sift_listener_config *out, struct sift_arena *arena, struct sift_span pair,
                                     char error[SIFT_LISTENER_ERROR_BYTES]) {
  const char *equals = memchr(pair.data, '=', pair.len);
  if (equals == NULL) {
    return refuse(error, "'%.*s' has no value: write OPTION=VALUE", pair);
  }
  struct sift_span name = sift_span(pair.data, (size_t)(equals - pair.data));
  size_t len = pair.len - name.len - 1;
  char *value = sift_arena_copy(arena, sift_span(equals + 1, len));
  if (value == NULL) {
    return SIFT_ENOMEM;
  }
  if (!decode(value, &len)) {
    return refuse(error, "'%.*s': a percent sign begins a byte in hexadecimal, as in %%26; write %%25 for the sign itself", name);
  }
  return sift_listener_set(out, arena, name, sift_span(value, len), error);
}

static enum sift_status parse_options(struct sift_listener_config *out, struct sift_arena *arena, struct sift_span query,
                                      char error[SIFT_LISTENER_ERROR_BYTES]) {
  enum sift_status status = SIFT_OK;
  while (query.len > 0 && status == SIFT_OK) {
    const char *end = memchr(query.data, '&', query.len);
    size_t len = end != NULL ? (size_t)(end - query.data) : query.len;
    status = parse_option(out, arena, sift_span(query.data, len), error);
    size_t skip = end != NULL ? len + 1 : len;
    query = sift_span(query.data + skip, query.len - skip);
  }
  return status;
}

/* ---- the whole ---- */

enum sift_status sift_listener_parse(struct sift_listener_config *out, struct sift_arena *arena, const char *url,
                                     char error[SIFT_LISTENER_ERROR_BYTES]) {
  *out = (struct sift_listener_config){.kind = SIFT_PROTOCOL_LINES};
  say_memory(error);
  struct sift_span whole = sift_span_of(url);
  const char *colon = strstr(url, "://");
  if (colon == NULL || !parse_scheme(out, sift_span(url, (size_t)(colon - url)))) {
    return refuse(error, "'%.*s' is no listener: " USUAL, whole);
  }
  const char *address = colon + 3;
  const char *query = strchr(address, '?');
  size_t address_len = query != NULL ? (size_t)(query - address) : strlen(address);
  enum sift_status status = parse_place(out, arena, sift_span(address, address_len), error);
  if (status == SIFT_OK) {
    out->name = sift_arena_copy(arena, sift_span(url, (size_t)(address - url) + address_len));
    status = out->name != NULL ? SIFT_OK : SIFT_ENOMEM;
  }
  return status == SIFT_OK && query != NULL ? parse_options(out, arena, sift_span_of(query + 1), error) : status;
}

enum sift_status sift_listener_check(const struct sift_listener_config *listener, char error[SIFT_LISTENER_ERROR_BYTES]) {
  struct sift_span name = sift_span_of(listener->name);
  bool key_pair = listener->certificate != NULL && listener->key != NULL;
  if (listener->tls && !key_pair) {
    return refuse(error, "%.*s: TLS needs a certificate and its key: add cert=FILE and key=FILE", name);
  }
  if (!listener->tls && (listener->certificate != NULL || listener->key != NULL || listener->client_ca != NULL)) {
    return refuse(error, "%.*s: cert, key and client-ca are for TLS: add +tls to the scheme", name);
  }
  bool secrets = listener->shared_key_file != NULL || listener->users_file != NULL || listener->hostname != NULL;
  if (secrets && listener->kind != SIFT_PROTOCOL_FORWARD) {
    return refuse(error, "%.*s: shared-key-file, users-file and hostname are for forward listeners", name);
  }
  if (secrets && listener->shared_key_file == NULL) {
    return refuse(error, "%.*s: users-file and hostname need a shared-key-file", name);
  }
  return SIFT_OK;
}
