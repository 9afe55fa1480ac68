// What data are mistaken for: targets that are features, numbers with a comma, labels too large, an index of rows.
#include <gtest/gtest.h>

#include "burelu/errors.hpp"
#include "data/builtin.hpp"
#include "data/dataset.hpp"
#include "data/formats.hpp"
#include "formats/csv.hpp"
#include "support/gzipped.hpp"
#include "support/scratch_folder.hpp"

namespace burelu {
namespace {

constexpr const char* kNothing = "nothing was thrown";

Table parse(const std::string& text) { return parse_csv(text, "f.csv"); }

/// Features a, b; classes no, yes in a column called answer.
Model named_model() {
  Model model;
  model.preparation.features = {"a", "b"};
  model.outputs = {true, {"no", "yes"}, "answer"};
  model.network = {Matrix(2, 3, 0.5), Matrix(2, 3, 0.25)};
  return model;
}

/// Three inputs and two outputs, and nothing else.
Model bare_model() {
  Model model;
  model.network = {Matrix(3, 3, 0.5), Matrix(2, 3, 0.25)};
  return model;
}

struct Listener {
  std::vector<std::string> heard;
  Warn warn() {
    return [this](const std::string& text) { heard.push_back(text); };
  }
  bool about(const std::string& part) const {
    for (const std::string& text : heard)
      if (text.find(part) != std::string::npos) return true;
    return false;
  }
};

std::string labelled(const std::string& text, const Model& model, const TargetChoice& choice = {}) {
  return test::message_of<DataError>([&] { labelled_data(parse(text), choice, model); });
}

std::string trained(const std::string& text, Listener* listener = nullptr, const TargetChoice& choice = {}) {
  return test::message_of<DataError>([&] {
    training_data(parse(text), {choice, {}, {}, {}}, listener != nullptr ? listener->warn() : Warn{});
  });
}

TEST(Told, AFeatureOfTheModelIsNotItsTarget) {
  EXPECT_NE(
      labelled("a,b\n1,0\n0,1\n", named_model()).find("the class column 'answer' is missing; the header has a, b"),
      std::string::npos);
  EXPECT_NE(labelled("a,b,c\n1,0,no\n0,1,yes\n", named_model()).find("the class column 'answer' is missing"),
            std::string::npos);
  EXPECT_EQ(labelled("a,b,label\n1,0,no\n0,1,yes\n", named_model()), kNothing);
  EXPECT_EQ(labelled("a,b,c\n1,0,no\n0,1,yes\n", named_model(), {"c", {}, {}}), kNothing);
  EXPECT_NE(labelled("a,b\n1,no\n0,yes\n", named_model(), {"b", {}, {}}).find("column 'b' is a feature of the model"),
            std::string::npos);
  Model unnamed = named_model();
  unnamed.outputs = {};
  EXPECT_NE(labelled("a,b\n1,0\n0,1\n", unnamed).find("column 'b' is a feature"), std::string::npos);
  Model values = named_model();
  values.outputs = {false, {"p", "q"}, ""};
  EXPECT_NE(labelled("a,b,p\n1,0,3\n", values).find("no target column 'q'"), std::string::npos);
  EXPECT_NE(labelled("1,0\n0,1\n", named_model()).find("1 feature columns but the model takes 2"), std::string::npos);
}

TEST(Told, ABiasThatIsNotSaidIsHintedAt) {
  const std::string message =
      test::message_of<DataError>([] { unlabelled_data(parse("p,q\n1,2\n"), {}, bare_model()); });
  EXPECT_NE(message.find("2 feature columns but the model takes 3"), std::string::npos) << message;
  EXPECT_NE(message.find("say --bias"), std::string::npos) << message;
  EXPECT_NE(labelled("p,q,label\n1,2,x\n3,4,y\n", bare_model()).find("say --bias"), std::string::npos);
  // The label is no feature, though the number of columns would fit.
  EXPECT_NE(test::message_of<DataError>([] {
              unlabelled_data(parse("p,q,label\n1,2,0\n"), {}, bare_model());
            }).find("say --bias"),
            std::string::npos);
}

TEST(Told, PointsCalledXAndYAreFeatures) {
  EXPECT_EQ(unlabelled_data(parse("y0,x0,y1\n1,2,3\n"), {}, bare_model()).X.data, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(unlabelled_data(parse("y0,y1,y2\n1,2,3\n"), {}, bare_model()).X.data, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(unlabelled_data(parse("a,b,c,y0,y1\n1,2,3,4,5\n"), {}, bare_model()).X.data,
            (std::vector<double>{1, 2, 3}));
  EXPECT_NE(test::message_of<DataError>([] {
              unlabelled_data(parse("a,b,y0\n1,2,3\n"), {}, bare_model());
            }).find("say --bias"),
            std::string::npos);
}

TEST(Told, AColumnTooManyIsLeftOutAloud) {
  Listener listener;
  const Dataset data = unlabelled_data(parse("p,q,r,s\n1,2,3,0\n"), {}, bare_model(), listener.warn());
  EXPECT_EQ(data.X.data, (std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(listener.about("'s' was taken as the target"));
  Listener quiet;
  unlabelled_data(parse("p,q,r,label\n1,2,3,0\n"), {}, bare_model(), quiet.warn());
  EXPECT_TRUE(quiet.heard.empty());
}

TEST(Told, DecimalCommasAreTheReason) {
  EXPECT_NE(trained("5,8;2\n6,0;1\n5,5;0\n").find("f.csv:1:1: '5,8' in column 'x0' has a comma in a number"),
            std::string::npos);
  EXPECT_NE(trained("a;t\n1;5,8\n2;6,0\n").find("decimal comma"), std::string::npos);
  EXPECT_NE(trained("a\tt\n1,5\tx\n2\ty\n").find("'1,5' in column 'a' has a comma"), std::string::npos);
  EXPECT_NE(trained("a,t\n\"1,5\",x\n2,y\n").find("'1,5' in column 'a' has a comma"), std::string::npos);
  EXPECT_NE(trained("5,8 2\n6,0 1\n").find("has a comma in a number"), std::string::npos);
  EXPECT_NE(trained("a;t\n1;5,8\n2;6,0\n", nullptr, {"", {"t"}, {}}).find("'5,8' in column 't' has a comma"),
            std::string::npos);
  EXPECT_EQ(trained("a;kind\n1;red,big\n2;blue,big\n"), kNothing);
}

TEST(Told, LabelsThatFallTogetherAreRefused) {
  EXPECT_NE(trained("a,label\n1,9007199254740992\n2,9007199254740993\n").find("f.csv:2:2: the class 9007199254740992"),
            std::string::npos);
  EXPECT_NE(trained("a,label\n1,-9007199254740993\n2,5\n").find("cannot be told"), std::string::npos);
  EXPECT_NE(trained("a,label\n1,1e20\n2,5\n").find("cannot be told"), std::string::npos);
  EXPECT_EQ(trained("a,label\n1,9007199254740991\n2,9007199254740990\n"), kNothing);
  EXPECT_EQ(trained("a,label\n1,u9007199254740993\n2,u9007199254740992\n"), kNothing);
}

TEST(Told, AnIndexOfRowsIsWarnedOf) {
  const auto warned = [](const std::string& text, const std::string& column, const TargetChoice& choice = {}) {
    Listener listener;
    EXPECT_EQ(trained(text, &listener, choice), kNothing) << text;
    return listener.about("column '" + column + "' numbers the rows");
  };
  EXPECT_TRUE(warned(",a,label\n0,5,x\n1,7,y\n2,7,x\n3,9,y\n", "column 1"));
  EXPECT_TRUE(warned("Unnamed: 0,a,label\n3,5,x\n1,7,y\n0,7,x\n2,9,y\n", "Unnamed: 0"));
  EXPECT_TRUE(warned("0,5,x\n1,7,y\n2,7,x\n3,9,y\n", "x0"));
  EXPECT_TRUE(warned("id,a,label\n1,5,x\n2,7,y\n3,7,x\n4,9,y\n", "id"));
  EXPECT_FALSE(warned("id,a,label\n1,5,x\n2,7,y\n3,7,x\n4,9,y\n", "id", {"", {}, {"id"}}));
  EXPECT_FALSE(warned("b,a,label\n4,5,x\n2,7,y\n3,7,x\n5,9,y\n", "b"));
}

TEST(Told, TargetsFoundByTheirNamesAreSaid) {
  Listener listener;
  EXPECT_EQ(trained("x0,y0,x1,y1,move\n1,2,3,4,5\n2,3,4,5,6\n", &listener), kNothing);
  EXPECT_TRUE(listener.about("y0, y1 were taken as the targets"));
  Listener quiet;
  trained("x0,x1,y0\n1,2,3\n2,3,4\n", &quiet);
  trained("x0,y0,x1,y1,move\n1,2,3,4,5\n2,3,4,5,6\n", &quiet, {"move", {}, {}});
  trained("a,b,y0,y1\n1,2,3,4\n2,3,4,5\n", &quiet);
  EXPECT_TRUE(quiet.heard.empty());
}

TEST(Told, LibsvmWithoutItsEndingIsRead) {
  const test::ScratchFolder folder;
  const std::string text = "1 1:0.5 3:2\n-1 2:1\n";
  for (const char* name : {"a9a", "a9a.txt", "a9a.t"}) {
    const Table table = read_table(folder.write(name, text));
    EXPECT_EQ(table.columns(), 4) << name;
    EXPECT_EQ(table.number(1, 1), 1.0) << name;
  }
  EXPECT_EQ(read_table(folder.write("packed", test::gzipped(text))).columns(), 4);
  EXPECT_NE(test::message_of<DataError>([&] { read_table(folder.write("a.csv", text)); }).find("looks like LIBSVM"),
            std::string::npos);
}

}  // namespace
}  // namespace burelu
