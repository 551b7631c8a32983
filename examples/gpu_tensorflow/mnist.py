"""Learns to read digits; fails without a GPU."""

import tensorflow as tf  # type: ignore[import-untyped] # the image has it

gpus = tf.config.list_physical_devices("GPU")
if not gpus:
    raise SystemExit("this container has no GPU: does its job definition ask for one?")
print("found", *(gpu.name for gpu in gpus))  # noqa: T201 - the job's log

(images, digits), (test_images, test_digits) = tf.keras.datasets.mnist.load_data()
model = tf.keras.Sequential(
    [
        tf.keras.layers.Input((28, 28)),
        tf.keras.layers.Rescaling(1 / 255),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10),
    ]
)
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(images, digits, epochs=5, verbose=2)
model.evaluate(test_images, test_digits, verbose=2)
