// The journal: what was written is found again, a torn line is dropped, other options are refused by name.
#include "study/journal.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "support/scratch_folder.hpp"

namespace burelu::study {
namespace {

using test::message_of;
using test::ScratchFolder;

TEST(Journal, FindsWhatWasAdded) {
  const ScratchFolder folder;
  const std::string path = folder.path("journal.jsonl");
  {
    Journal journal(path, {{"seed", 0}}, "first");
    EXPECT_EQ(journal.find("a"), nullptr);
    journal.add({"a", 1.5, {{{"instance", "x"}, {"value", 2.25}}}});
  }
  const Journal journal(path, {{"seed", 0}}, "second");
  const JournalEntry* entry = journal.find("a");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->seconds, 1.5);
  ASSERT_EQ(entry->records.size(), 1U);
  EXPECT_EQ(entry->records[0].dump(), R"({"instance":"x","value":2.25})");  // the order of the fields is kept
  EXPECT_EQ(journal.commands(), (std::vector<std::string>{"first", "second"}));
}

TEST(Journal, RefusesOtherOptionsAndNamesThem) {
  const ScratchFolder folder;
  const std::string path = folder.path("journal.jsonl");
  { const Journal journal(path, {{"seed", 0}, {"tolerance", 1e-4}}, "c"); }
  const std::string message = message_of<DataError>([&] {
    Journal(path, {{"seed", 1}, {"tolerance", 1e-4}, {"bias", true}}, "c");
  });
  EXPECT_NE(message.find("seed (journal: 0, now: 1)"), std::string::npos) << message;
  EXPECT_NE(message.find("bias (journal: nothing, now: true)"), std::string::npos) << message;
  EXPECT_EQ(message.find("tolerance"), std::string::npos) << message;
}

TEST(Journal, DropsALineThatWasCutOff) {
  const ScratchFolder folder;
  const std::string path = folder.path("journal.jsonl");
  {
    Journal journal(path, {{"seed", 0}}, "c");
    journal.add({"a", 1.0, {}});
    journal.add({"b", 1.0, {}});
  }
  const std::string whole = folder.read("journal.jsonl");
  folder.write("journal.jsonl", whole.substr(0, whole.size() - 5));
  {
    Journal journal(path, {{"seed", 0}}, "c");
    EXPECT_NE(journal.find("a"), nullptr);
    EXPECT_EQ(journal.find("b"), nullptr);
    journal.add({"b", 2.0, {}});
  }
  EXPECT_EQ(Journal(path, {{"seed", 0}}, "c").find("b")->seconds, 2.0);
}

TEST(Journal, RefusesAFileThatIsNone) {
  const ScratchFolder folder;
  folder.write("journal.jsonl", "a,b\n1,2\n");
  const std::string message = message_of<DataError>([&] { Journal(folder.path("journal.jsonl"), {}, "c"); });
  EXPECT_NE(message.find("not a journal"), std::string::npos) << message;
}

}  // namespace
}  // namespace burelu::study
