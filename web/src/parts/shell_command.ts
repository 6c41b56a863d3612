// Commands for a shell, which address the server, the account and the region that the page shows.

/**
 * The context of a page: the server's address, and "account/region" from the page's address; empty
 * for the server's default.
 */
export interface Standpoint {
  origin: string;
  home: string;
}

const usual = { origin: "http://127.0.0.1:4566", account: "000000000000", region: "us-east-1" };

export function shellCommand(
  tool: "freshet" | "aws",
  words: string,
  { origin, home }: Standpoint,
): string {
  const [account, region] = home.split("/");
  // Both halves: a client ignores an access key without a secret.
  const credentials =
    account && account !== usual.account
      ? `AWS_ACCESS_KEY_ID=${account} AWS_SECRET_ACCESS_KEY=any `
      : "";
  // `aws` knows neither Freshet nor a region by itself.
  if (tool === "aws")
    return `${credentials}aws ${words} --endpoint-url ${origin} --region ${region || usual.region}`;
  const server = origin === usual.origin ? "" : ` --endpoint ${origin}`;
  return `${credentials}freshet ${words}${server}${region && region !== usual.region ? ` --region ${region}` : ""}`;
}
