#include "tools/spacesift/census.h"

#include <stdlib.h>

#include "engine/report.h"

/* ---- a pass over logs and facts ---- */

struct sift_census_pass {
  struct sift_state_bytes *bytes; /* of the facts' states */
  struct sift_state_reader **readers;
  size_t count;
  struct sift_state_merger *joined; /* NULL: there are no facts */
  struct sift_state_merger *merger; /* to read from: `joined`, or the input's own */
};

static enum sift_status join(struct sift_census_pass *pass, const struct sift_run *runs, size_t count) {
  pass->bytes = calloc(count + 1, sizeof *pass->bytes);
  pass->readers = calloc(count + 1, sizeof(struct sift_state_reader *));
  struct sift_state_source *sources = calloc(count + 1, sizeof *sources);
  enum sift_status status = pass->bytes != NULL && pass->readers != NULL && sources != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    pass->bytes[i].rest = sift_span(runs[i].bytes, runs[i].size);
    status = sift_state_reader_new(&pass->readers[i], sift_state_bytes_input(&pass->bytes[i]));
    pass->count += status == SIFT_OK;
    if (status == SIFT_OK) {
      sources[i] = sift_state_reader_source(pass->readers[i]);
    }
  }
  if (status == SIFT_OK) {
    sources[count] = sift_state_merger_source(pass->merger);
    size_t all = count + (sources[count].header != NULL);
    status = sift_state_merger_open(&pass->joined, sources, all, UINT64_MAX);
  }
  if (status == SIFT_OK) {
    pass->merger = pass->joined;
  }
  free(sources);
  return status;
}

enum sift_status sift_census_pass_new(struct sift_census_pass **out, const struct sift_census *census,
                                      const struct sift_report_input *input) {
  *out = NULL;
  struct sift_census_pass *pass = calloc(1, sizeof *pass);
  if (pass == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = input->open(input->context, &pass->merger);
  if (status == SIFT_OK && census->facts != NULL) {
    size_t count = 0;
    const struct sift_run *runs = sift_facts_tally_runs(census->facts, &count);
    status = join(pass, runs, count);
  }
  if (status != SIFT_OK) {
    sift_census_pass_free(pass);
    return status;
  }
  *out = pass;
  return SIFT_OK;
}

struct sift_state_merger *sift_census_pass_merger(struct sift_census_pass *pass) {
  return pass->merger;
}

void sift_census_pass_free(struct sift_census_pass *pass) {
  if (pass == NULL) {
    return;
  }
  sift_state_merger_free(pass->joined);
  for (size_t i = 0; i < pass->count; i++) {
    sift_state_reader_free(pass->readers[i]);
  }
  free((void *)pass->readers);
  free(pass->bytes);
  free(pass);
}

/* ---- the census ---- */

/* Which Spaces of the facts have a log. */
struct seen {
  const struct sift_facts *facts;
  bool *at; /* by number of the sheet */
};

static enum sift_status count_spaces(struct sift_census *census, const struct sift_ruleset *ruleset,
                                     struct sift_state_merger *merger, struct seen *seen) {
  const struct sift_space *space = NULL;
  enum sift_status status;
  while ((status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    if (!sift_summary_counts(space)) {
      continue;
    }
    census->spaces++;
    sift_crowd_add(&census->crowd, ruleset, space, seen->facts);
    size_t at = seen->facts != NULL ? sift_facts_find(seen->facts, space->name) : SIZE_MAX;
    if (at != SIZE_MAX) {
      seen->at[at] = true;
    }
  }
  return status == SIFT_END ? SIFT_OK : status;
}

static void count_unseen(struct sift_census *census, const struct sift_ruleset *ruleset, const struct seen *seen) {
  size_t count = seen->facts != NULL ? sift_facts_count(seen->facts) : 0;
  for (size_t i = 0; i < count; i++) {
    struct sift_fact_sheet sheet;
    if (!seen->at[i]) {
      sift_facts_at(seen->facts, i, &sheet);
      const struct sift_space space = {.name = sheet.space};
      census->spaces++;
      sift_crowd_add(&census->crowd, ruleset, &space, seen->facts);
    }
  }
}

static enum sift_status count(struct sift_census *census, const struct sift_report_input *input) {
  struct seen seen = {.facts = input->facts};
  struct sift_state_merger *merger = NULL;
  enum sift_status status = SIFT_OK;
  if (seen.facts != NULL && (seen.at = calloc(sift_facts_count(seen.facts) + 1, sizeof *seen.at)) == NULL) {
    status = SIFT_ENOMEM;
  }
  status = status == SIFT_OK ? input->open(input->context, &merger) : status;
  status = status == SIFT_OK ? count_spaces(census, input->ruleset, merger, &seen) : status;
  status = status == SIFT_OK ? sift_fleet_merge(&census->fleet, sift_state_merger_fleet(merger)) : status;
  if (status == SIFT_OK) {
    count_unseen(census, input->ruleset, &seen);
    census->spaces += sift_sketch_estimate(&census->fleet.overflow);
    census->now_ns = input->now_ns != SIFT_TIME_NONE ? input->now_ns : census->fleet.newest_ns;
  }
  free(seen.at);
  return status;
}

/* What the facts' messages struck belongs to the fleet too. */
static enum sift_status add_fleet_of(struct sift_census *census, const struct sift_run *run) {
  struct sift_state_bytes bytes = {sift_span(run->bytes, run->size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_state_reader_new(&reader, sift_state_bytes_input(&bytes));
  while (status == SIFT_OK) {
    status = sift_state_next(reader, &space);
  }
  status = status == SIFT_END ? sift_fleet_merge(&census->fleet, sift_state_reader_fleet(reader)) : status;
  sift_state_reader_free(reader);
  return status;
}

static enum sift_status add_facts(struct sift_census *census, const struct sift_report_input *input) {
  if (input->facts == NULL || sift_facts_count(input->facts) == 0) {
    return SIFT_OK;
  }
  size_t count = 0;
  enum sift_status status = sift_facts_tally_new(&census->facts, input->database, input->facts, census->now_ns);
  const struct sift_run *runs = status == SIFT_OK ? sift_facts_tally_runs(census->facts, &count) : NULL;
  int64_t newest_ns = census->fleet.newest_ns; /* of the logs: facts tell of now */
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    status = add_fleet_of(census, &runs[i]);
  }
  census->fleet.newest_ns = newest_ns;
  return status;
}

enum sift_status sift_census_take(struct sift_census *out, const struct sift_report_input *input) {
  *out = (struct sift_census){0};
  enum sift_status status = sift_fleet_init(&out->fleet);
  status = status == SIFT_OK ? count(out, input) : status;
  status = status == SIFT_OK ? add_facts(out, input) : status;
  status = status == SIFT_OK ? sift_incidents_find(&out->incidents, input->ruleset, &out->fleet, out->spaces) : status;
  if (status != SIFT_OK) {
    sift_census_release(out);
  }
  return status;
}

void sift_census_release(struct sift_census *census) {
  sift_incidents_release(&census->incidents);
  sift_facts_tally_free(census->facts);
  census->facts = NULL;
  sift_fleet_release(&census->fleet);
}

struct sift_scene sift_census_scene(const struct sift_census *census, const struct sift_report_input *input) {
  return (struct sift_scene){
      .now_ns = census->now_ns,
      .watched = input->now_ns != SIFT_TIME_NONE,
      .facts = input->facts,
      .page = input->page,
      .page_now_ns = census->now_ns != SIFT_TIME_NONE ? census->now_ns : input->clock_ns,
      .crowd = &census->crowd,
  };
}
