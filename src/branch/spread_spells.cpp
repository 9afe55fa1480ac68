// Spells by several ranks: box i goes to rank i modulo their number.
#include <utility>

#include "branch/spells.hpp"
#include "ranks/lead.hpp"

namespace burelu {
namespace {

// Kinks with their limits where a search begins, then boxes.
struct Request {
  bool begins = false;
  Kinks kinks;
  SearchLimits limits;
  Spell spell;
  std::vector<Box> boxes;

  void exchange_with(Archive& a) {
    a.value(begins);
    if (begins) {
      exchange(a, kinks);
      exchange(a, limits);
    }
    exchange(a, spell);
    a.list(boxes);
  }
};

std::string answer(std::vector<Outcome> outcomes) {
  BytesWriter out;
  for (Outcome& outcome : outcomes) exchange(out, outcome);
  return out.bytes();
}

}  // namespace

void exchange(Archive& a, Spell& spell) {
  a.value(spell.best);
  a.value(spell.cells);
  a.value(spell.work);
  a.value(spell.most_cells);
  a.value(spell.most_work);
}

void exchange(Archive& a, Outcome& outcome) {
  a.list(outcome.open);
  a.list(outcome.unsplit);
  a.each(outcome.peaks, [](Archive& to, Peak& peak) {
    to.value(peak.value);
    to.list(peak.y);
  });
  a.value(outcome.best);
  a.value(outcome.cells);
  a.value(outcome.work);
}

void exchange(Archive& a, Kinks& kinks) {
  a.value(kinks.count);
  a.value(kinks.dims);
  a.value(kinks.outputs);
  a.list(kinks.x);
  a.list(kinks.g);
  a.list(kinks.linear);
  a.list(kinks.metric);
  a.matrix(kinks.basis);
  a.value(kinks.unit);
  a.value(kinks.slack);
  a.value(kinks.metric_slack);
  a.value(kinks.eta);
  a.value(kinks.largest);
}

void exchange(Archive& a, SearchLimits& limits) {
  a.value(limits.threshold);
  a.value(limits.relative);
  a.value(limits.decide);
}

SpreadSpells::SpreadSpells(Lead& lead, Spells& own, const Kinks& kinks, const SearchLimits& limits)
    : lead_(lead), own_(own) {
  Request request;
  request.begins = true;
  request.kinks = kinks;
  request.limits = limits;
  BytesWriter out;
  request.exchange_with(out);
  lead_.work(kSpellJob, std::vector<std::string>(static_cast<std::size_t>(lead_.size()), out.bytes()),
             [](const std::string&) { return std::string(); });
}

std::vector<Outcome> SpreadSpells::run(const std::vector<Box>& boxes, const Spell& spell,
                                       const std::function<bool(std::int64_t cells)>& ask) {
  const auto size = static_cast<std::size_t>(lead_.size());
  std::vector<Request> requests(size);
  for (std::size_t i = 0; i < boxes.size(); ++i) requests[i % size].boxes.push_back(boxes[i]);
  std::vector<std::string> said;
  for (Request& request : requests) {
    request.spell = spell;
    BytesWriter out;
    request.exchange_with(out);
    said.push_back(out.bytes());
  }
  std::vector<Outcome> mine;
  const std::vector<std::string> answers = lead_.work(kSpellJob, said, [&](const std::string&) {
    mine = own_.run(requests[0].boxes, spell, ask);
    return std::string();
  });
  std::vector<Outcome> outcomes(boxes.size());
  for (std::size_t k = 0; k < size; ++k) {
    BytesReader in(answers[k]);
    for (std::size_t i = k; i < boxes.size(); i += size) {
      if (k == 0)
        outcomes[i] = std::move(mine[i / size]);
      else
        exchange(in, outcomes[i]);
    }
  }
  return outcomes;
}

std::function<std::string(const Device&, const std::string&)> spell_job() {
  struct State {
    Request search;
    std::unique_ptr<Spells> spells;
  };
  return [state = std::make_shared<State>()](const Device&, const std::string& text) {
    BytesReader in(text);
    Request request;
    request.exchange_with(in);
    if (request.begins) {
      state->spells.reset();
      state->search = std::move(request);
      state->search.limits.threads = Team::current().size();
      state->spells = std::make_unique<Spells>(state->search.kinks, state->search.limits);
      return std::string();
    }
    return answer(state->spells->run(request.boxes, request.spell, {}));
  };
}

}  // namespace burelu
