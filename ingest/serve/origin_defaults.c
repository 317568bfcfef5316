/* The templates that count where a listener gives none. */
#include <assert.h>

#include "ingest/serve/origin.h"

/* Records: what the collectors call it, as in ingest/wrapping_fields.c, and what a Kubernetes filter adds. Labels cannot hold
 * a '/', so the owner has its own. A container's name is no channel: rules for "run" would pass by one called "app". */
#define RECORD_SPACE                                                                                                               \
  "{space}|{space_id}|{spaceId}|{repo_id}|{kubernetes.annotations.space}|{kubernetes.annotations.space-id}"                        \
  "|{kubernetes.labels.space-owner}/{kubernetes.labels.space-name}|{kubernetes.labels.space}|{kubernetes.labels.space-id}"         \
  "|{labels.space}|{kubernetes.namespace_name}/{kubernetes.labels.app\\.kubernetes\\.io/name}"                                     \
  "|{kubernetes.namespace_name}/{kubernetes.labels.app}"
#define RECORD_CHANNEL "{channel}|{log_type}|{logtype}|{kubernetes.labels.channel}|{labels.channel}"
#define RECORD_TEXT "{data}|{message}|{log}|{msg}|{text}|{line}|{body}"
#define RECORD_TIME "{timestamp}|{time}|{@timestamp}|{ts}|{date}|{datetime}"

const char *sift_origin_default(enum sift_protocol_kind kind, enum sift_origin_part part) {
  static const char *const defaults[][SIFT_ORIGIN_PARTS] = {
      [SIFT_PROTOCOL_LINES] = {RECORD_SPACE, RECORD_CHANNEL, RECORD_TIME, RECORD_TEXT},
      /* The message's own time counts. The name of the program stands for the Space where no structured data does. */
      [SIFT_PROTOCOL_SYSLOG] = {"{sd.space.id}|{app}", "{sd.space.channel}", "", "{message}"},
      /* The entry's own time counts. */
      [SIFT_PROTOCOL_FORWARD] = {RECORD_SPACE, RECORD_CHANNEL, "", RECORD_TEXT},
  };
  assert((unsigned)kind < sizeof defaults / sizeof defaults[0] && (unsigned)part < SIFT_ORIGIN_PARTS);
  return defaults[kind][part];
}
