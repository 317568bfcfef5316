#include "ingest/serve/syslog_values.h"

#include <string.h>

#include "ingest/serve/origin.h"
#include "ingest/serve/scratch.h"

static struct sift_span value_of(const struct sift_variable *variable, const struct sift_syslog_message *message,
                                 struct sift_span peer) {
  const struct sift_field_path *path = &variable->path;
  switch (variable->kind) {
  case SIFT_VARIABLE_HOST:
    return message->host;
  case SIFT_VARIABLE_APP:
    return message->app;
  case SIFT_VARIABLE_PROCID:
    return message->procid;
  case SIFT_VARIABLE_MSGID:
    return message->msgid;
  case SIFT_VARIABLE_FACILITY:
    return sift_span_of(sift_syslog_facility_name(message->facility));
  case SIFT_VARIABLE_SEVERITY:
    return sift_span_of(sift_syslog_severity_name(message->severity));
  case SIFT_VARIABLE_MESSAGE:
    return message->text;
  case SIFT_VARIABLE_DATA:
    return sift_syslog_parameter(message->data, sift_span(path->parts[0].name, path->parts[0].len),
                                 sift_span(path->parts[1].name, path->parts[1].len));
  default:
    return sift_variable_plain(variable, peer, sift_span(NULL, 0));
  }
}

static bool escaped(const struct sift_variable *variable, struct sift_span value) {
  return variable->kind == SIFT_VARIABLE_DATA && value.len > 0 && memchr(value.data, '\\', value.len) != NULL;
}

bool sift_syslog_values(const struct sift_protocol_config *config, const struct sift_syslog_message *message,
                        struct sift_span *values) {
  struct sift_bytes *text = &config->scratch->text;
  size_t variable_count = 0;
  size_t room = 0;
  const struct sift_variable *variables = sift_origin_variables(config->origin, &variable_count);
  for (size_t i = 0; i < variable_count; i++) {
    values[i] = value_of(&variables[i], message, config->peer);
    room += escaped(&variables[i], values[i]) ? values[i].len : 0;
  }
  if (room == 0) {
    return true;
  }
  if (!sift_bytes_reserve(text, room)) {
    return false;
  }
  char *to = text->data;
  for (size_t i = 0; i < variable_count; i++) {
    if (escaped(&variables[i], values[i])) {
      values[i] = sift_span(to, sift_syslog_unescape(values[i], to));
      to += values[i].len;
    }
  }
  return true;
}
