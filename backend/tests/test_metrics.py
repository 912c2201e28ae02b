"""What Prometheus reads."""

import httpx
from prometheus_client.parser import text_string_to_metric_families


async def test_requests_are_counted_by_route_and_show_no_address(
    client: httpx.AsyncClient,
) -> None:
    task = (await client.post("/api/tasks", json={"title": "x"})).json()
    for _ in range(2):
        await client.get(f"/api/tasks/{task['id']}")
    await client.get("/api/tasks/999999?q=s3cr")
    await client.get("/wp-admin/s3cr")
    await client.request("S3CR", "/health")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    counts = {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "todo_http_request_seconds_count"
    }
    assert counts[("GET", "/api/tasks/{task_id}", "200")] == 2
    assert counts[("GET", "/api/tasks/{task_id}", "404")] == 1
    assert counts[("POST", "/api/tasks", "201")] == 1
    assert counts[("GET", "none", "404")] == 1
    assert counts[("other", "/health", "405")] == 1
    assert "s3cr" not in answer.text.lower()
    assert "process_resident_memory_bytes" in answer.text
