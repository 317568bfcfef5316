/* Keys with their values, as the objects of the report have them. */
#ifndef SIFT_ENGINE_REPORT_INTERNAL_H
#define SIFT_ENGINE_REPORT_INTERNAL_H

#include "engine/report.h"

void sift_json_put_text(struct sift_json *json, const char *key, const char *text);
void sift_json_put_text_or_null(struct sift_json *json, const char *key, const char *text); /* null for "" */
void sift_json_put_count(struct sift_json *json, const char *key, uint64_t value);
void sift_json_put_seconds(struct sift_json *json, const char *key, int64_t time_s); /* Unix time */

#endif
