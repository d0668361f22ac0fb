// Verifying a certificate: by number and name, or by a code of its holder. The address of its QR code leads here, with
// the number behind "#", which no server sees.

import { useState } from "preact/hooks";
import { post } from "../shared/api";
import { Frame } from "../shared/Frame";
import { Field, type Filled, Form } from "../shared/forms";
import { say, useLanguage } from "../shared/words";

interface Certificate {
  number: string;
  status: "valid" | "revoked";
  is_current: boolean;
  occupation: string;
  award_name_zh: string;
  award_name_en: string;
  issued_on: string;
  body_name: string;
  past_revocations: { revoked_on: string; reinstated_on: string }[];
}

export function Verify() {
  useLanguage();
  const [found, setFound] = useState<Certificate | null>(null);
  const ask = (path: string) => async (filled: Filled) => {
    setFound(null);
    setFound(await post<Certificate>(path, filled));
  };
  const asker = say("查验单位", "Who asks");
  const seen = say("持证人可以看到由谁、在何时查验。", "The holder sees who asked, and when.");
  return (
    <Frame title={say("职业技能证书查验", "Verify a certificate")}>
      <div class="narrow">
        {found && <Answer found={found} />}
        <section class="panel" aria-labelledby="by-number">
          <h2 id="by-number">{say("按证书编号和姓名", "By number and name")}</h2>
          <Form
            name={say("按证书编号和姓名查验", "Verify by number and name")}
            button={say("查验", "Verify")}
            send={ask("v1/verifications")}
          >
            <Field
              name="number"
              label={say("证书编号", "Number of the certificate")}
              value={decodeURIComponent(location.hash.slice(1))}
              maxLength={40}
              required
            />
            <Field name="name" label={say("持证人姓名", "Name of the holder")} maxLength={60} required />
            <Field name="asker" label={asker} hint={seen} minLength={2} maxLength={100} />
          </Form>
        </section>
        <section class="panel" aria-labelledby="by-code">
          <h2 id="by-code">{say("按持证人提供的查验码", "By a code of the holder")}</h2>
          <Form
            name={say("按查验码查验", "Verify by code")}
            button={say("查验", "Verify")}
            send={ask("v1/verifications/by-code")}
          >
            <Field name="code" label={say("查验码", "Code")} maxLength={40} required />
            <Field name="asker" label={asker} hint={seen} minLength={2} maxLength={100} required />
          </Form>
        </section>
      </div>
    </Frame>
  );
}

function Answer({ found }: { found: Certificate }) {
  const isValid = found.status === "valid";
  return (
    <section class={isValid ? "message" : "message bad"} role="status" data-status={found.status}>
      <h2 class={isValid ? "good" : "bad"}>
        {isValid
          ? `✓ ${say("证书有效", "The certificate is valid")}`
          : `✗ ${say("证书已撤销", "The certificate is revoked")}`}
      </h2>
      {!found.is_current && (
        <p class="warn">
          {say("该编号已被更正后的新编号替代。", "Another number has replaced this one after a correction.")}
        </p>
      )}
      <dl class="facts">
        <dt>{say("证书编号", "Number")}</dt>
        <dd>{found.number}</dd>
        <dt>{say("等级或种类", "Award")}</dt>
        <dd>{say(found.award_name_zh, found.award_name_en)}</dd>
        <dt>{say("职业编码", "Occupation")}</dt>
        <dd>{found.occupation}</dd>
        <dt>{say("发证日期", "Issued on")}</dt>
        <dd>{found.issued_on}</dd>
        <dt>{say("评价机构", "Issued by")}</dt>
        <dd>{found.body_name}</dd>
        {found.past_revocations.map((each) => (
          <>
            <dt>{say("曾误撤销", "Revoked by mistake")}</dt>
            <dd>{say(`${each.revoked_on} 至 ${each.reinstated_on}`, `${each.revoked_on} to ${each.reinstated_on}`)}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
