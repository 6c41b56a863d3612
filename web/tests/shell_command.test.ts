import assert from "node:assert/strict";
import { shellCommand } from "../src/parts/shell_command";

const origin = "http://127.0.0.1:4566",
  elsewhere = "http://127.0.0.1:9000";

export default {
  "the usual server and home need no words"() {
    assert.equal(
      shellCommand("freshet", "streams list", { origin, home: "" }),
      "freshet streams list",
    );
    assert.equal(
      shellCommand("freshet", "streams list", { origin, home: "000000000000/us-east-1" }),
      "freshet streams list",
    );
  },
  "aws is always told the server and the region"() {
    assert.equal(
      shellCommand("aws", "s3 ls", { origin, home: "" }),
      `aws s3 ls --endpoint-url ${origin} --region us-east-1`,
    );
    assert.equal(
      shellCommand("aws", "s3 ls", { origin, home: "000000000000/eu-central-1" }),
      `aws s3 ls --endpoint-url ${origin} --region eu-central-1`,
    );
  },
  "another account is an access key of twelve digits"() {
    const at = { origin: elsewhere, home: "111122223333/us-west-2" },
      keys = "AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=any";
    assert.equal(
      shellCommand("freshet", "streams list", at),
      `${keys} freshet streams list --endpoint ${elsewhere} --region us-west-2`,
    );
    assert.equal(
      shellCommand("aws", "s3 ls", at),
      `${keys} aws s3 ls --endpoint-url ${elsewhere} --region us-west-2`,
    );
  },
};
