import json

print("half of it")
print(
    json.dumps(
        [
            {"role": "shopper", "name": "김모아", "sign in": "shopper@example.com"},
            {"role": "agent", "name": "Lee", "sign in": "lee"},
        ]
    )
)
