/* Events as JSON: the lines of docs/events.md, "As JSON lines". */
#ifndef SIFT_ENGINE_EVENT_JSON_H
#define SIFT_ENGINE_EVENT_JSON_H

#include "engine/event_read.h"
#include "engine/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends one object, without a newline. */
void sift_event_json(struct sift_json *json, const struct sift_event_record *event);

#ifdef __cplusplus
}
#endif
#endif
